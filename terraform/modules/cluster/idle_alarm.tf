# EMR ends an idle cluster itself; this tells people when it does not. EMR reports IsIdle every five minutes
# (Amazon EMR Management Guide, "Monitoring Amazon EMR metrics with CloudWatch").
resource "aws_cloudwatch_metric_alarm" "idle" {
  alarm_name          = "${var.name}-idle"
  alarm_description   = "The cluster ${aws_emr_cluster.this.id} has had nothing to do for 30 minutes"
  namespace           = "AWS/ElasticMapReduce"
  metric_name         = "IsIdle"
  dimensions          = { JobFlowId = aws_emr_cluster.this.id }
  statistic           = "Average"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  period              = 300
  evaluation_periods  = 6
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.alarm_topic_arn]
}
