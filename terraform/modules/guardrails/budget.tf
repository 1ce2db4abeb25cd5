# The whole account, not the Project tag: a tag counts only after somebody has activated it as a cost allocation tag
# in the billing console, and until then a budget filtered by it sees nothing and never warns. Billing data is hours
# late, so this warns; what stops a cluster is its idle timeout and its maximum lifetime. Its name is the account's, too.
resource "aws_budgets_budget" "monthly" {
  count        = var.monthly_budget > 0 ? 1 : 0
  account_id   = var.account_id
  name         = "${var.project}-${var.region}-monthly"
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_unit   = "USD"
  limit_amount = format("%.2f", var.monthly_budget)

  dynamic "notification" {
    for_each = [
      { type = "ACTUAL", percent = 50 },
      { type = "ACTUAL", percent = 100 },
      { type = "FORECASTED", percent = 100 },
    ]
    content {
      notification_type          = notification.value.type
      threshold                  = notification.value.percent
      threshold_type             = "PERCENTAGE"
      comparison_operator        = "GREATER_THAN"
      subscriber_email_addresses = [var.alarm_email]
    }
  }
}
