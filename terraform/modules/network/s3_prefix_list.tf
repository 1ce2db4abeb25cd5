# AWS's own list of the addresses of S3 in the region. The endpoint of an own VPC tells it; else it is looked up, unless
# the caller says it, so that a plan needs no network.
data "aws_prefix_list" "s3" {
  count = local.private || var.s3_prefix_list_id != null ? 0 : 1

  filter {
    name   = "prefix-list-name"
    values = ["com.amazonaws.${var.region}.s3"]
  }
}

locals {
  s3_list = local.private ? aws_vpc_endpoint.s3[0].prefix_list_id : coalesce(var.s3_prefix_list_id, one(data.aws_prefix_list.s3[*].id))
}
