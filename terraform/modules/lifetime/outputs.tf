output "schedule" {
  description = "Name of the schedule that ends the cluster."
  value       = aws_scheduler_schedule.end.name
}
