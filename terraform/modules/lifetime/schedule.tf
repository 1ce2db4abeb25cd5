# Another setting makes another schedule, which `up` then sets anew.
resource "terraform_data" "lifetime" {
  input = var.max_lifetime
}

# EventBridge Scheduler calls the EMR API itself: no function to write, deploy, pay or patch.
#
# It is made before the cluster and removed after it, so that no cluster outlives a broken apply or destroy. EMR gives a
# cluster its id only when it makes it, and its API ends clusters by id alone: until then the schedule names none, and the
# control plane puts the id in as soon as EMR knows it, minutes before the cluster is ready (orchard/aws/scheduler.py).
resource "aws_scheduler_schedule" "end" {
  name                         = "${var.name}-end-of-life"
  description                  = "Ends the cluster ${var.name}, whatever it does"
  schedule_expression          = "at(${formatdate("YYYY-MM-DD'T'hh:mm:ss", timeadd(plantimestamp(), "${var.max_lifetime}h"))})"
  schedule_expression_timezone = "UTC"
  kms_key_arn                  = var.key_arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = "arn:aws:scheduler:::aws-sdk:emr:terminateJobFlows"
    role_arn = var.role_arn
    input    = jsonencode({ JobFlowIds = [] })

    dead_letter_config {
      arn = var.failed_ends_arn
    }
  }

  lifecycle {
    # Which cluster, and when: the control plane's, as is `./inv extend`.
    ignore_changes       = [schedule_expression, target[0].input]
    replace_triggered_by = [terraform_data.lifetime]
  }
}
