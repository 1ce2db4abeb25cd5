# What every user of the Studio may do.
locals {
  of_this_project = { StringEquals = { "elasticmapreduce:ResourceTag/Project" = var.project } }

  enter = [
    {
      # None of AWS's three sample policies has it, and without it nobody gets in.
      Sid       = "OpenStudio"
      Effect    = "Allow"
      Action    = ["elasticmapreduce:CreateStudioPresignedUrl", "elasticmapreduce:DescribeStudio"]
      Resource  = "${local.emr}:studio/*"
      Condition = local.of_this_project
    },
    {
      Sid       = "LendStudioItsRole"
      Effect    = "Allow"
      Action    = "iam:PassRole"
      Resource  = local.role_arns[local.studio_service_name]
      Condition = { StringEquals = { "iam:PassedToService" = "elasticmapreduce.amazonaws.com" } }
    },
    {
      # These have no resource type: nothing narrower than `*` exists (Service Authorization Reference, "Amazon
      # Elastic MapReduce").
      Sid    = "ListAndLinkInStudio"
      Effect = "Allow"
      Action = [
        "elasticmapreduce:ListStudios", "elasticmapreduce:ListClusters", "elasticmapreduce:ListEditors",
        "elasticmapreduce:ListRepositories", "elasticmapreduce:CreateRepository", "elasticmapreduce:DescribeRepository",
        "elasticmapreduce:DeleteRepository", "elasticmapreduce:LinkRepository", "elasticmapreduce:UnlinkRepository",
      ]
      Resource = "*"
    },
  ]

  notebooks = [
    {
      # There is no workspace yet to name. The Service Authorization Reference knows the cluster alone for it, and that
      # as optional, and a workspace made without one must be allowed all the same.
      Sid      = "MakeWorkspaces"
      Effect   = "Allow"
      Action   = "elasticmapreduce:CreateEditor"
      Resource = "*"
    },
    {
      Sid    = "UseWorkspaces"
      Effect = "Allow"
      Action = [
        "elasticmapreduce:DescribeEditor", "elasticmapreduce:StartEditor", "elasticmapreduce:StopEditor",
        "elasticmapreduce:DeleteEditor", "elasticmapreduce:OpenEditorInConsole", "elasticmapreduce:AttachEditor",
        "elasticmapreduce:DetachEditor", "elasticmapreduce:ListWorkspaceAccessIdentities",
      ]
      Resource = ["${local.emr}:editor/*", "${local.emr}:studio/*"]
    },
    {
      Sid    = "UseClusters"
      Effect = "Allow"
      Action = [
        "elasticmapreduce:AttachEditor", "elasticmapreduce:DetachEditor", "elasticmapreduce:StartEditor",
        "elasticmapreduce:DescribeCluster", "elasticmapreduce:ListInstanceGroups", "elasticmapreduce:ListBootstrapActions",
        "elasticmapreduce:ListSteps", "elasticmapreduce:CreatePersistentAppUI", "elasticmapreduce:GetOnClusterAppUIPresignedURL",
      ]
      Resource  = "${local.emr}:cluster/*"
      Condition = local.of_this_project
    },
    {
      # Spark's pages outlive their cluster, and maybe its tags: any cluster of the account.
      Sid      = "ReadSparkHistory"
      Effect   = "Allow"
      Action   = ["elasticmapreduce:DescribePersistentAppUI", "elasticmapreduce:GetPersistentAppUIPresignedURL"]
      Resource = "${local.emr}:cluster/*"
    },
    {
      # Who made a workspace decides who else gets in; Studio sets the tag.
      Sid       = "ShareOwnWorkspaces"
      Effect    = "Allow"
      Action    = ["elasticmapreduce:UpdateEditor", "elasticmapreduce:PutWorkspaceAccess", "elasticmapreduce:DeleteWorkspaceAccess"]
      Resource  = "${local.emr}:editor/*"
      Condition = { StringEquals = { "elasticmapreduce:ResourceTag/creatorUserId" = "$${aws:userId}" } }
    },
    {
      Sid       = "ListLogs"
      Effect    = "Allow"
      Action    = "s3:ListBucket"
      Resource  = local.bucket_arn
      Condition = { StringLike = { "s3:prefix" = "${var.prefixes.logs}*" } }
    },
    {
      Sid      = "ReadLogs"
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = "${local.bucket_arn}/${var.prefixes.logs}*"
    },
    {
      Sid       = "DecryptLogs"
      Effect    = "Allow"
      Action    = "kms:Decrypt"
      Resource  = var.key_arn
      Condition = { StringEquals = { "kms:ViaService" = "s3.${var.region}.amazonaws.com" } }
    },
  ]
}
