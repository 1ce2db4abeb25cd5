locals {
  secrets = "arn:aws:secretsmanager:${var.region}:${var.account_id}:secret:emr-studio-*"

  git = [
    {
      Sid       = "KeepGitTokens"
      Effect    = "Allow"
      Action    = "secretsmanager:CreateSecret"
      Resource  = local.secrets
      Condition = { StringEquals = { "aws:RequestTag/${local.emr_tag}" = "true" } }
    },
    {
      Sid      = "TagGitTokens"
      Effect   = "Allow"
      Action   = "secretsmanager:TagResource"
      Resource = local.secrets
    },
    {
      # Listing secrets (not reading them) has no resource type: nothing narrower than `*` exists.
      Sid      = "FindGitTokens"
      Effect   = "Allow"
      Action   = "secretsmanager:ListSecrets"
      Resource = "*"
    },
  ]

  templates = [
    {
      Sid    = "UseClusterTemplates"
      Effect = "Allow"
      Action = [
        "servicecatalog:DescribeProduct", "servicecatalog:ListProvisioningArtifacts", "servicecatalog:ListLaunchPaths",
        "servicecatalog:DescribeProvisioningParameters", "servicecatalog:ProvisionProduct",
      ]
      Resource = "arn:aws:catalog:${var.region}:${var.account_id}:product/*"
    },
    {
      # Searching, and records of what was started, have no resource type: nothing narrower than `*` exists. The
      # condition keeps it to what the user started.
      Sid    = "FollowOwnClusterTemplates"
      Effect = "Allow"
      Action = [
        "servicecatalog:SearchProducts", "servicecatalog:DescribeProductView", "servicecatalog:DescribeRecord",
        "servicecatalog:ScanProvisionedProducts", "servicecatalog:UpdateProvisionedProduct", "servicecatalog:TerminateProvisionedProduct",
      ]
      Resource  = "*"
      Condition = { StringEqualsIfExists = { "servicecatalog:userLevel" = "self" } }
    },
    {
      Sid      = "ReadTemplateResults"
      Effect   = "Allow"
      Action   = "cloudformation:DescribeStackResources"
      Resource = "arn:aws:cloudformation:${var.region}:${var.account_id}:stack/SC-*"
    },
  ]

  # What the EMR service role may act on, and what `down` and the sweep find.
  tagged_as_ours = { StringEquals = {
    "aws:RequestTag/${local.emr_tag}" = "true"
    "aws:RequestTag/Project"          = var.project
  } }

  own_clusters = [
    {
      # A cluster that is not there yet has no ARN: nothing narrower than `*` exists (Service Authorization Reference).
      Sid       = "StartTaggedClusters"
      Effect    = "Allow"
      Action    = "elasticmapreduce:RunJobFlow"
      Resource  = "*"
      Condition = local.tagged_as_ours
    },
    {
      Sid       = "TagNewClusters"
      Effect    = "Allow"
      Action    = "elasticmapreduce:AddTags"
      Resource  = "${local.emr}:cluster/*"
      Condition = local.tagged_as_ours
    },
    {
      Sid       = "LendClustersTheirRole"
      Effect    = "Allow"
      Action    = "iam:PassRole"
      Resource  = local.role_arns[local.emr_service_name]
      Condition = { StringEquals = { "iam:PassedToService" = "elasticmapreduce.amazonaws.com" } }
    },
    {
      Sid       = "LendNodesTheirRole"
      Effect    = "Allow"
      Action    = "iam:PassRole"
      Resource  = local.role_arns[local.node_name]
      Condition = { StringEquals = { "iam:PassedToService" = "ec2.amazonaws.com" } }
    },
  ]
}
