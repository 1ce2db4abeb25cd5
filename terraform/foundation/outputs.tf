output "foundation" {
  description = "All that the cluster root needs, as one object."
  value = {
    project              = var.project
    region               = var.region
    account_id           = var.account_id
    bucket               = module.bucket.name
    logs_prefix          = module.bucket.prefixes.logs
    key_arn              = module.bucket.key_arn
    disk_key_arn         = local.disk_key_arn
    vpc_id               = module.network.vpc_id
    subnet_ids           = module.network.subnet_ids
    route_table_ids      = module.network.route_table_ids
    nat_subnet_id        = module.network.nat_subnet_id
    security_group_ids   = module.network.security_group_ids
    emr_service_role_arn = module.iam.emr_service_role_arn
    instance_profile_arn = module.iam.instance_profile_arn
    end_of_life_role_arn = module.iam.end_of_life_role_arn
    alarm_topic_arn      = module.guardrails.alarm_topic_arn
    failed_ends_arn      = module.guardrails.failed_ends_arn
  }
}

output "bucket" {
  description = "Name of the data bucket."
  value       = module.bucket.name
}

output "studio_id" {
  description = "Id of the EMR Studio."
  value       = module.studio.id
}

output "studio_url" {
  description = "Where people open the Studio."
  value       = module.studio.url
}

output "studio_user_policy_arns" {
  description = "ARNs of the policies for `basic`, `intermediate` and `advanced` users of the Studio."
  value       = module.iam.studio_user_policy_arns
}
