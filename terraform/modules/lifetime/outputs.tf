output "ends_at" {
  description = "When the cluster is ended at the latest unless that was moved (./inv extend), RFC 3339, UTC."
  value       = timeadd(terraform_data.born.output, "${var.max_lifetime}h")
}

output "role_name" {
  description = "Name of the role that may end this cluster and do nothing else."
  value       = aws_iam_role.end.name
}

output "born" {
  description = "When the cluster was made, RFC 3339, UTC."
  value       = terraform_data.born.output
}

output "schedule" {
  description = "The expression of the schedule that ends the cluster."
  value       = aws_scheduler_schedule.end.schedule_expression
}
