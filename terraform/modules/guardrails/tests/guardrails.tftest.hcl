mock_provider "aws" {
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-west-3:123456789012:orchard-alarms" }
  }
}

variables {
  project    = "orchard"
  region     = "eu-west-3"
  account_id = "123456789012"
  key_arn    = "arn:aws:kms:eu-west-3:123456789012:key/11111111-2222-3333-4444-555555555555"
}

run "nothing_unasked" {
  command = plan

  assert {
    condition     = length(aws_budgets_budget.monthly) == 0 && length(aws_sns_topic_subscription.email) == 0
    error_message = "No budget and no e-mail unless asked for."
  }
  assert {
    condition     = aws_sns_topic.alarms.kms_master_key_id == var.key_arn
    error_message = "Alarms are encrypted."
  }
  assert {
    condition     = aws_sqs_queue.failed_ends.sqs_managed_sse_enabled && aws_cloudwatch_metric_alarm.failed_ends.threshold == 0 && aws_cloudwatch_metric_alarm.failed_ends.dimensions["QueueName"] == aws_sqs_queue.failed_ends.name
    error_message = "An end that failed is kept, and raises an alarm."
  }
}

run "budget_warns_in_time" {
  command = plan
  variables {
    monthly_budget = 50
    alarm_email    = "ops@example.eu"
  }

  assert {
    condition     = aws_budgets_budget.monthly[0].limit_amount == "50.00" && length(aws_budgets_budget.monthly[0].notification) == 3
    error_message = "The budget warns at half, at all, and at a forecast of all."
  }
  assert {
    condition     = contains([for n in aws_budgets_budget.monthly[0].notification : n.notification_type], "FORECASTED")
    error_message = "The budget warns before the money is gone."
  }
}

run "budget_without_reader" {
  command = plan
  variables { monthly_budget = 50 }
  expect_failures = [var.alarm_email]
}

run "wrong_values" {
  command = plan
  variables {
    monthly_budget = -1
  }
  expect_failures = [var.monthly_budget]
}

run "no_address" {
  command = plan
  variables {
    alarm_email = "ops"
  }
  expect_failures = [var.alarm_email]
}
