output "ends_at" {
  description = "When the cluster is ended at the latest, RFC 3339, UTC."
  # Of the schedule as it is, which may have been moved: at(2026-11-22T08:00:10).
  value = "${trimsuffix(trimprefix(aws_scheduler_schedule.end.schedule_expression, "at("), ")")}Z"
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
