locals {
  cluster_tags = {
    "aws:RequestTag/${local.emr_tag}" = "true"
    "aws:RequestTag/Project"          = var.project
  }

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

  own_clusters = [
    {
      # Tags in the request are what the EMR service role may act on, and what `down` and the sweep find. RunJobFlow has
      # no resource type: there is no cluster yet, and nothing narrower than `*` would match.
      Sid       = "StartTaggedClusters"
      Effect    = "Allow"
      Action    = "elasticmapreduce:RunJobFlow"
      Resource  = "*"
      Condition = { StringEquals = local.cluster_tags }
    },
    {
      Sid       = "TagNewClusters"
      Effect    = "Allow"
      Action    = "elasticmapreduce:AddTags"
      Resource  = "${local.emr}:cluster/*"
      Condition = { StringEquals = local.cluster_tags }
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
