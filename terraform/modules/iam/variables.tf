variable "project" {
  description = "Prefix of the names of roles and policies, and the tag by which people's rights are limited."
  type        = string
}

variable "account_id" {
  description = "The AWS account, 12 digits."
  type        = string
}

variable "region" {
  description = "The AWS region in which the roles act."
  type        = string
}

variable "eu_regions" {
  description = "Regions in which the roles may act at all."
  type        = list(string)

  validation {
    condition     = length(var.eu_regions) > 0 && alltrue([for region in var.eu_regions : contains(["eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3"], region)])
    error_message = "Only the six AWS regions in the EU: eu-central-1, eu-north-1, eu-south-1, eu-south-2, eu-west-1, eu-west-3."
  }
}

variable "bucket" {
  description = "Name of the data bucket."
  type        = string
}

variable "prefixes" {
  description = "The S3 layout without the results, as the bucket module gives it."
  type        = map(string)
}

variable "results" {
  description = "The prefix of each job's results, as the bucket module gives it; nodes may write to these."
  type        = map(string)
}

variable "key_arn" {
  description = "ARN of the data key."
  type        = string
}

variable "disk_key_arn" {
  description = "ARN of the key of the nodes' disks; may be the data key."
  type        = string
}

variable "studio_key_arn" {
  description = "ARN of the key of the Studio's workspaces; may be the data key, or null for none."
  type        = string
}

variable "studio_users" {
  description = "IAM users who may enter the Studio, with what they may do there: `basic`, `intermediate` or `advanced`."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for level in values(var.studio_users) : contains(["basic", "intermediate", "advanced"], level)])
    error_message = "A Studio user is basic (notebooks), intermediate (clusters from templates too) or advanced (clusters from scratch too)."
  }
}
