locals {
  # IAM's names are the whole account's: the region keeps those of two foundations of one project apart.
  prefix = "${var.project}-${var.region}"

  # Names are fixed, so ARNs are known before anything exists and policies can be read in a plan.
  bucket_arn          = "arn:aws:s3:::${var.bucket}"
  emr_service_name    = "${local.prefix}-emr-service"
  node_name           = "${local.prefix}-emr-node"
  studio_service_name = "${local.prefix}-studio-service"
  role_arns           = { for role in [local.emr_service_name, local.node_name, local.studio_service_name] : role => "arn:aws:iam::${var.account_id}:role/${role}" }

  ec2 = "arn:aws:ec2:${var.region}:${var.account_id}"
  emr = "arn:aws:elasticmapreduce:${var.region}:${var.account_id}"

  # The tag by which AWS's EMR policies know what is meant for EMR.
  emr_tag = "for-use-with-amazon-emr-managed-policies"

  # Who may assume the roles of EMR: the service, acting for this account and region. Without the conditions another
  # account's cluster could borrow them (Amazon EMR Management Guide, "Confused deputy").
  emr_assumes = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "EmrAssumes"
      Effect    = "Allow"
      Principal = { Service = "elasticmapreduce.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account_id }
        ArnLike      = { "aws:SourceArn" = "${local.emr}:*" }
      }
    }]
  })
}
