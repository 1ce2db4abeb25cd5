# Looked up only where the caller does not say, so that a plan needs no network.
data "aws_vpc" "default" {
  count   = var.mode == "default" && var.default_vpc == null ? 1 : 0
  default = true
}

data "aws_subnets" "default" {
  count = length(data.aws_vpc.default)

  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default[0].id]
  }
  filter {
    name   = "default-for-az"
    values = ["true"]
  }

  lifecycle {
    postcondition {
      condition     = length(self.ids) > 0
      error_message = "The default VPC has no subnet: create one with `aws ec2 create-default-subnet`, or use the network `private`."
    }
  }
}

locals {
  default_vpc_id     = var.default_vpc != null ? var.default_vpc.vpc_id : one(data.aws_vpc.default[*].id)
  default_subnet_ids = var.default_vpc != null ? var.default_vpc.subnet_ids : flatten(data.aws_subnets.default[*].ids)

  # Sorted, so that the same subnets come in the same order; a Studio takes 5 at most.
  chosen_subnet_ids = var.mode == "default" ? slice(sort(local.default_subnet_ids), 0, min(5, length(local.default_subnet_ids))) : []
}

# AmazonEMRServicePolicy_v2 acts only in a network that carries this tag, and EMR Studio's role too. Other people's
# VPC is tagged for it and nothing else about it is managed here.
resource "aws_ec2_tag" "default_network" {
  for_each    = var.mode == "default" ? merge({ vpc = local.default_vpc_id }, { for i, id in local.chosen_subnet_ids : "subnet-${i}" => id }) : {}
  resource_id = each.value
  key         = "for-use-with-amazon-emr-managed-policies"
  value       = "true"
}
