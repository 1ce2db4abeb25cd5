output "alarm_topic_arn" {
  description = "ARN of the topic that alarms are sent to."
  value       = aws_sns_topic.alarms.arn
}

output "failed_ends_arn" {
  description = "ARN of the queue that keeps what a schedule could not do."
  value       = aws_sqs_queue.failed_ends.arn
}
