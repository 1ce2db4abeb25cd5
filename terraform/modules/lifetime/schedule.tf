# When this cluster was made. plantimestamp() differs in every plan; ignoring it keeps the first one, and a new
# cluster id replaces the record and so starts the clock again.
resource "terraform_data" "born" {
  input            = plantimestamp()
  triggers_replace = [var.cluster_id]

  lifecycle {
    ignore_changes = [input]
  }
}

# The setting as it was when the schedule was made: a change of it makes a new schedule.
resource "terraform_data" "lifetime" {
  input = var.max_lifetime
}

# EventBridge Scheduler calls the EMR API itself: no function to write, deploy, pay or patch.
resource "aws_scheduler_schedule" "end" {
  name                         = "${var.name}-end-of-life"
  description                  = "Ends the cluster ${var.cluster_id}, whatever it does"
  schedule_expression          = "at(${formatdate("YYYY-MM-DD'T'hh:mm:ss", timeadd(terraform_data.born.output, "${var.max_lifetime}h"))})"
  schedule_expression_timezone = "UTC"
  kms_key_arn                  = var.key_arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "arn:aws:scheduler:::aws-sdk:emr:terminateJobFlows"
    role_arn = aws_iam_role.end.arn
    input    = jsonencode({ JobFlowIds = [var.cluster_id] })
  }

  lifecycle {
    # `./inv extend` moves the end of a running cluster, and no later apply may move it back.
    ignore_changes       = [schedule_expression]
    replace_triggered_by = [terraform_data.born, terraform_data.lifetime]
  }

  # The first call needs the right to be there.
  depends_on = [aws_iam_role_policy.end]
}
