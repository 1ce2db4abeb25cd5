locals {
  # eu-west-2 (London) and eu-central-2 (Zurich) are not in the EU.
  eu_regions = ["eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3"]

  bucket = coalesce(var.bucket, "${var.project}-${var.account_id}-${var.region}")

  # By default one key encrypts everything.
  disk_key_arn   = coalesce(var.disk_key_arn, module.bucket.key_arn)
  studio_key_arn = var.studio_key == "none" ? null : var.studio_key == "data" ? module.bucket.key_arn : var.studio_key
}

module "bucket" {
  source = "../modules/bucket"

  name               = local.bucket
  project            = var.project
  account_id         = var.account_id
  force_destroy      = var.force_destroy
  log_retention_days = var.log_retention_days
}

module "network" {
  source = "../modules/network"

  project           = var.project
  region            = var.region
  mode              = var.network
  egress            = var.egress
  default_vpc       = var.default_vpc
  s3_prefix_list_id = var.s3_prefix_list_id
  vpc_cidr          = var.vpc_cidr
}

module "iam" {
  source = "../modules/iam"

  project        = var.project
  account_id     = var.account_id
  region         = var.region
  eu_regions     = local.eu_regions
  bucket         = local.bucket
  prefixes       = module.bucket.prefixes
  results        = module.bucket.results
  key_arn        = module.bucket.key_arn
  disk_key_arn   = local.disk_key_arn
  studio_key_arn = local.studio_key_arn
  studio_users   = var.studio_users
}

module "studio" {
  source = "../modules/studio"

  name                        = var.project
  bucket                      = module.bucket.name
  workspaces_prefix           = module.bucket.prefixes.workspaces
  key_arn                     = local.studio_key_arn
  service_role_arn            = module.iam.studio_service_role_arn
  vpc_id                      = module.network.vpc_id
  subnet_ids                  = module.network.subnet_ids
  engine_security_group_id    = module.network.security_group_ids["engine"]
  workspace_security_group_id = module.network.security_group_ids["workspace"]
}

module "guardrails" {
  source = "../modules/guardrails"

  project        = var.project
  region         = var.region
  account_id     = var.account_id
  key_arn        = module.bucket.key_arn
  monthly_budget = var.monthly_budget
  alarm_email    = var.alarm_email
}
