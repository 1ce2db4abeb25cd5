output "emr_service_role_arn" {
  description = "ARN of the role that EMR assumes."
  value       = aws_iam_role.emr_service.arn
}

output "instance_profile_arn" {
  description = "ARN of the instance profile of cluster nodes."
  value       = aws_iam_instance_profile.node.arn
}

output "studio_service_role_arn" {
  description = "ARN of the role that EMR Studio assumes, once it may do its work."
  value       = aws_iam_role.studio_service.arn
  depends_on  = [aws_iam_role_policy.studio_network, aws_iam_role_policy.studio_storage]
}

output "studio_user_policy_arns" {
  description = "ARNs of the policies for `basic`, `intermediate` and `advanced` users of the Studio."
  value       = { for level, policy in aws_iam_policy.studio_user : level => policy.arn }
}

output "end_of_life_role_arn" {
  description = "ARN of the role by which a cluster's schedule ends it, once it may."
  value       = aws_iam_role.end_of_life.arn
  depends_on  = [aws_iam_role_policy.end_of_life]
}
