mock_provider "aws" {
  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::123456789012:policy/mock" }
  }
}

variables {
  project        = "orchard"
  account_id     = "123456789012"
  region         = "eu-west-3"
  eu_regions     = ["eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3"]
  bucket         = "photographs"
  key_arn        = "arn:aws:kms:eu-west-3:123456789012:key/11111111-2222-3333-4444-555555555555"
  disk_key_arn   = "arn:aws:kms:eu-west-3:123456789012:key/11111111-2222-3333-4444-555555555555"
  studio_key_arn = null
  studio_users   = { ana = "basic", ben = "basic", cleo = "advanced" }
  prefixes = {
    raw       = "data/raw/", packed = "data/packed/", runs = "data/runs/", jobs = "jobs/", logs = "logs/", jupyter = "jupyter/",
    notebooks = "notebooks/", workspaces = "emr-studio-workspaces/"
  }
  results = { features = "data/features/", pca = "data/pca/", kmeans = "data/kmeans/" }
}

run "roles" {
  command = plan

  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.emr_service.policy).Statement : s.Resource if s.Effect == "Allow" && s.Action == "iam:PassRole"] == ["arn:aws:iam::123456789012:role/orchard-eu-west-3-emr-node"]
    error_message = "EMR may pass the nodes' role and no other."
  }
  assert {
    condition     = aws_iam_role_policy_attachment.emr_service.policy_arn == "arn:aws:iam::aws:policy/service-role/AmazonEMRServicePolicy_v2"
    error_message = "EMR's own role is the one limited by tags."
  }
  assert {
    condition     = aws_iam_instance_profile.node.name == aws_iam_role.node.name
    error_message = "EMR refuses a profile that is not called as its role."
  }
  assert {
    condition = alltrue([for role in [aws_iam_role.emr_service, aws_iam_role.studio_service] : alltrue([for s in jsondecode(role.assume_role_policy).Statement :
    s.Condition.StringEquals["aws:SourceAccount"] == "123456789012" && s.Condition.ArnLike["aws:SourceArn"] == "arn:aws:elasticmapreduce:eu-west-3:123456789012:*"])])
    error_message = "EMR assumes the roles for this account and region only."
  }
  assert {
    condition     = length(aws_iam_role_policy_attachment.eu_only) == 4 && length(aws_iam_group_policy_attachment.eu_only) == 2
    error_message = "Every role and group made here is kept in the EU."
  }
  assert {
    condition     = one(jsondecode(aws_iam_policy.eu_only.policy).Statement).Effect == "Deny" && length(one(jsondecode(aws_iam_policy.eu_only.policy).Statement).Condition.StringNotEquals["aws:RequestedRegion"]) == 6
    error_message = "Everything outside the six regions is denied."
  }

  assert {
    condition = toset(flatten([for s in jsondecode(aws_iam_role_policy.node.policy).Statement : s.Resource if contains(flatten([s.Action]), "s3:PutObject")])) == toset([
      for key in [
        "data/features/*", "data/features_$folder$", "data/pca/*", "data/pca_$folder$", "data/kmeans/*", "data/kmeans_$folder$",
        "logs/*", "jupyter/*",
      ] : "arn:aws:s3:::photographs/${key}"
    ])
    error_message = "Nodes write the results of every job, logs and the hub's notebooks: neither photographs nor code nor records."
  }
  assert {
    condition = alltrue(flatten([for s in jsondecode(aws_iam_role_policy.node.policy).Statement : [
    for resource in flatten([s.Resource]) : startswith(resource, "arn:aws:s3:::photographs")] if anytrue([for action in flatten([s.Action]) : startswith(action, "s3:")])]))
    error_message = "Nodes reach one bucket."
  }

  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.end_of_life.policy).Statement : s.Condition.StringEquals["elasticmapreduce:ResourceTag/Project"] if s.Action == "elasticmapreduce:TerminateJobFlows"] == ["orchard"] && length(jsondecode(aws_iam_role_policy.end_of_life.policy).Statement) == 3
    error_message = "A schedule ends the project's clusters, and does nothing else but read itself and tell what failed."
  }
  assert {
    condition     = alltrue([for policy in aws_iam_policy.studio_user : anytrue([for s in jsondecode(policy.policy).Statement : contains(flatten([s.Action]), "elasticmapreduce:CreateStudioPresignedUrl")])])
    error_message = "Without CreateStudioPresignedUrl nobody enters the Studio."
  }
  assert {
    condition     = { for level, policy in aws_iam_policy.studio_user : level => anytrue([for s in jsondecode(policy.policy).Statement : contains(flatten([s.Action]), "elasticmapreduce:RunJobFlow")]) } == { basic = false, intermediate = false, advanced = true }
    error_message = "Only advanced users start clusters from scratch."
  }
  assert {
    condition     = { for level, policy in aws_iam_policy.studio_user : level => anytrue([for s in jsondecode(policy.policy).Statement : contains(flatten([s.Action]), "servicecatalog:ProvisionProduct")]) } == { basic = false, intermediate = true, advanced = true }
    error_message = "Basic users start no clusters."
  }
  assert {
    condition     = { for user, membership in aws_iam_user_group_membership.studio : user => membership.groups } == { ana = toset(["orchard-eu-west-3-studio-basic"]), ben = toset(["orchard-eu-west-3-studio-basic"]), cleo = toset(["orchard-eu-west-3-studio-advanced"]) }
    error_message = "Users get their level through a group."
  }
}

# AWS takes 64 characters for a role.
run "longest_names" {
  command = plan
  variables {
    project = "the-longest-of-project"
    region  = "eu-central-1"
  }
  assert {
    condition     = alltrue([for role in [aws_iam_role.emr_service, aws_iam_role.node, aws_iam_role.studio_service, aws_iam_role.end_of_life] : length(role.name) <= 64 && strcontains(role.name, "eu-central-1")])
    error_message = "Every role's name carries the region, since a role is of none, and fits."
  }
}

run "wrong_values" {
  command = plan
  variables {
    studio_users = { ana = "root" }
    eu_regions   = ["eu-west-2"]
  }
  expect_failures = [var.studio_users, var.eu_regions]
}
