locals {
  # One workspace per named cluster.
  name    = "${var.foundation.project}-${terraform.workspace}"
  private = var.foundation.nat_subnet_id != null
}

module "nat" {
  source = "../modules/nat"
  count  = local.private ? 1 : 0

  name             = local.name
  public_subnet_id = var.foundation.nat_subnet_id
  route_table_id   = var.foundation.route_table_ids[var.subnet_index]
}

module "cluster" {
  source = "../modules/cluster"

  name                = local.name
  notebook            = var.notebook
  release_label       = var.release_label
  instance_type       = var.instance_type
  core_count          = var.core_count
  task_spot_count     = var.task_spot_count
  task_spot_bid       = var.task_spot_bid
  managed_scaling_max = var.managed_scaling_max
  hub_persistence     = var.hub_persistence
  idle_timeout        = var.idle_timeout
  bootstrap           = var.bootstrap
  ssh                 = var.ssh

  region               = var.foundation.region
  account_id           = var.foundation.account_id
  bucket               = var.foundation.bucket
  logs_prefix          = var.foundation.logs_prefix
  key_arn              = var.foundation.key_arn
  disk_key_arn         = var.foundation.disk_key_arn
  emr_service_role_arn = var.foundation.emr_service_role_arn
  instance_profile_arn = var.foundation.instance_profile_arn
  vpc_id               = var.foundation.vpc_id
  subnet_id            = var.foundation.subnet_ids[var.subnet_index]
  security_group_ids   = var.foundation.security_group_ids
  alarm_topic_arn      = var.foundation.alarm_topic_arn

  # Nodes install packages while they start. And what ends the cluster is there before it, and goes after it.
  depends_on = [module.nat, module.lifetime]
}

module "lifetime" {
  source = "../modules/lifetime"

  name            = local.name
  key_arn         = var.foundation.key_arn
  role_arn        = var.foundation.end_of_life_role_arn
  failed_ends_arn = var.foundation.failed_ends_arn
  max_lifetime    = var.max_lifetime
}
