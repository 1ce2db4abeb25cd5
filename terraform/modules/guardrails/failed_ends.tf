# Where EventBridge Scheduler puts the call to end a cluster that EMR refused, after it has tried for a day. The schedule
# has nobody else to tell.
resource "aws_sqs_queue" "failed_ends" {
  name                      = "${var.project}-failed-ends"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 14 * 24 * 3600
}

resource "aws_cloudwatch_metric_alarm" "failed_ends" {
  alarm_name          = "${var.project}-failed-ends"
  alarm_description   = "A cluster should have ended at its hard limit, and EMR refused the call: look at it (./inv status)"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.failed_ends.name }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
}
