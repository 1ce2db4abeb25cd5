mock_provider "aws" {
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/orchard-main-end-of-life" }
  }
}

variables {
  name               = "orchard-main"
  cluster_id         = "j-1"
  cluster_arn        = "arn:aws:elasticmapreduce:eu-west-3:123456789012:cluster/j-1"
  account_id         = "123456789012"
  region             = "eu-west-3"
  key_arn            = "arn:aws:kms:eu-west-3:123456789012:key/11111111-2222-3333-4444-555555555555"
  eu_only_policy_arn = "arn:aws:iam::123456789012:policy/orchard-eu-only"
  alarm_topic_arn    = "arn:aws:sns:eu-west-3:123456789012:orchard-alarms"
}

run "cluster_ends" {
  command = apply

  assert {
    condition     = aws_scheduler_schedule.end.target[0].arn == "arn:aws:scheduler:::aws-sdk:emr:terminateJobFlows" && jsondecode(aws_scheduler_schedule.end.target[0].input).JobFlowIds == ["j-1"]
    error_message = "The schedule ends this cluster through EMR's own API."
  }
  assert {
    condition     = aws_scheduler_schedule.end.schedule_expression == "at(${formatdate("YYYY-MM-DD'T'hh:mm:ss", timeadd(terraform_data.born.output, "8h"))})"
    error_message = "Eight hours after its birth."
  }
  assert {
    condition     = [for s in jsondecode(aws_iam_role_policy.end.policy).Statement : s.Resource if s.Action == "elasticmapreduce:TerminateJobFlows"] == [var.cluster_arn] && length(jsondecode(aws_iam_role_policy.end.policy).Statement) == 2
    error_message = "The role ends this cluster and does nothing else but read its schedule."
  }
  assert {
    condition     = aws_scheduler_schedule.end.kms_key_arn == var.key_arn
    error_message = "The schedule is encrypted."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.idle.dimensions["JobFlowId"] == "j-1" && aws_cloudwatch_metric_alarm.idle.metric_name == "IsIdle" && aws_cloudwatch_metric_alarm.idle.period * aws_cloudwatch_metric_alarm.idle.evaluation_periods == 1800
    error_message = "Half an hour without work raises the alarm."
  }
}

run "the_clock_does_not_start_again" {
  command = plan

  assert {
    condition     = terraform_data.born.output == run.cluster_ends.born && aws_scheduler_schedule.end.schedule_expression == run.cluster_ends.schedule
    error_message = "Planning again moves neither birth nor end."
  }
}

run "longer_life_is_an_update" {
  command = plan
  variables { max_lifetime = 12 }

  assert {
    condition     = output.ends_at == timeadd(run.cluster_ends.born, "12h")
    error_message = "The end counts from the same birth."
  }
}

run "for_ever" {
  command = plan
  variables { max_lifetime = 1000 }
  expect_failures = [var.max_lifetime]
}
