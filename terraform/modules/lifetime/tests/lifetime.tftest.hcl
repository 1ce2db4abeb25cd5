mock_provider "aws" {}

variables {
  name            = "orchard-main"
  key_arn         = "arn:aws:kms:eu-west-3:123456789012:key/11111111-2222-3333-4444-555555555555"
  role_arn        = "arn:aws:iam::123456789012:role/orchard-eu-west-3-end-of-life"
  failed_ends_arn = "arn:aws:sqs:eu-west-3:123456789012:orchard-failed-ends"
}

run "cluster_ends" {
  command = apply

  assert {
    condition     = aws_scheduler_schedule.end.target[0].arn == "arn:aws:scheduler:::aws-sdk:emr:terminateJobFlows" && jsondecode(aws_scheduler_schedule.end.target[0].input).JobFlowIds == []
    error_message = "The schedule ends clusters through EMR's own API, and none before there is one."
  }
  assert {
    condition     = can(regex("^at\\(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\)$", aws_scheduler_schedule.end.schedule_expression))
    error_message = "Once."
  }
  assert {
    condition     = aws_scheduler_schedule.end.kms_key_arn == var.key_arn
    error_message = "The schedule is encrypted."
  }
  assert {
    condition     = aws_scheduler_schedule.end.target[0].dead_letter_config[0].arn == var.failed_ends_arn
    error_message = "A call that EMR refuses is not lost."
  }
}

run "for_ever" {
  command = plan
  variables { max_lifetime = 1000 }
  expect_failures = [var.max_lifetime]
}
