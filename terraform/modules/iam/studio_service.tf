# Amazon EMR Management Guide, "Create an EMR Studio service role", without the Identity Center actions that the IAM
# mode does not call.
resource "aws_iam_role" "studio_service" {
  name               = local.studio_service_name
  description        = "EMR Studio: connects workspaces to clusters, keeps notebooks in the bucket"
  assume_role_policy = local.emr_assumes
}

resource "aws_iam_role_policy" "studio_network" {
  name   = "workspace-network"
  role   = aws_iam_role.studio_service.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.studio_network })
}

resource "aws_iam_role_policy" "studio_storage" {
  name   = "notebooks-and-clusters"
  role   = aws_iam_role.studio_service.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.studio_storage })
}

locals {
  studio_storage = [
    {
      # Also clusters made in the Studio, which carry no name of ours.
      Sid      = "ReadClusters"
      Effect   = "Allow"
      Action   = ["elasticmapreduce:ListInstances", "elasticmapreduce:DescribeCluster", "elasticmapreduce:ListSteps"]
      Resource = "${local.emr}:cluster/*"
    },
    {
      Sid      = "KeepNotebooks"
      Effect   = "Allow"
      Action   = ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"]
      Resource = "${local.bucket_arn}/${var.prefixes.workspaces}*"
    },
    {
      Sid      = "FindNotebooks"
      Effect   = "Allow"
      Action   = ["s3:ListBucket", "s3:GetEncryptionConfiguration"]
      Resource = local.bucket_arn
    },
    {
      Sid      = "UseKey"
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:DescribeKey"]
      Resource = distinct(compact([var.key_arn, var.studio_key_arn]))
    },
    {
      Sid       = "ReadGitSecrets"
      Effect    = "Allow"
      Action    = "secretsmanager:GetSecretValue"
      Resource  = "arn:aws:secretsmanager:${var.region}:${var.account_id}:secret:*"
      Condition = { StringEquals = { "aws:ResourceTag/${local.emr_tag}" = "true" } }
    },
    {
      # A workspace is shared with any user or role of the account, so all of them are offered.
      Sid      = "OfferCollaborators"
      Effect   = "Allow"
      Action   = ["iam:GetUser", "iam:GetRole"]
      Resource = ["arn:aws:iam::${var.account_id}:user/*", "arn:aws:iam::${var.account_id}:role/*"]
    },
    {
      # Listing has no resource type: nothing narrower than `*` exists.
      Sid      = "ListCollaborators"
      Effect   = "Allow"
      Action   = ["iam:ListUsers", "iam:ListRoles"]
      Resource = "*"
    },
  ]
}
