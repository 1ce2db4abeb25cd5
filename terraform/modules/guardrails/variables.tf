variable "project" {
  description = "Prefix of the names of the topic and the budget."
  type        = string
}

variable "region" {
  description = "The AWS region, in the budget's name: a budget is of no region."
  type        = string
}

variable "account_id" {
  description = "The AWS account that the budget watches."
  type        = string
}

variable "key_arn" {
  description = "ARN of the key that encrypts alarms in the topic."
  type        = string
}

variable "monthly_budget" {
  description = "USD a month, for the whole account, at which e-mails are sent; 0 makes no budget."
  type        = number
  default     = 0

  validation {
    condition     = var.monthly_budget >= 0
    error_message = "A budget is 0 (none) or a number of USD a month."
  }
}

variable "alarm_email" {
  description = "Who is told about the budget and idle clusters; empty tells nobody."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^$|^[^@[:space:]]+@[^@[:space:]]+\\.[^@[:space:]]+$", var.alarm_email))
    error_message = "An e-mail address, or nothing."
  }
  validation {
    condition     = var.monthly_budget == 0 || var.alarm_email != ""
    error_message = "A budget that tells nobody guards nothing: set alarm_email as well."
  }
}
