variable "cluster_id" {
  description = "Id of the cluster that must end."
  type        = string
}

variable "cluster_arn" {
  description = "ARN of the cluster that must end: the only thing that the schedule's role may end."
  type        = string
}

variable "name" {
  description = "Name of the cluster, prefix of the names here."
  type        = string
}

variable "account_id" {
  description = "The AWS account, for the role's trust."
  type        = string
}

variable "region" {
  description = "The AWS region, for the role's trust."
  type        = string
}

variable "key_arn" {
  description = "ARN of the key that encrypts the schedule."
  type        = string
}

variable "eu_only_policy_arn" {
  description = "ARN of the policy that denies everything outside the EU."
  type        = string
}

variable "alarm_topic_arn" {
  description = "ARN of the topic that is told about an idle cluster."
  type        = string
}

variable "max_lifetime" {
  description = "Hours from the cluster's creation until it is ended, whatever it does."
  type        = number
  default     = 8

  validation {
    condition     = var.max_lifetime >= 1 && var.max_lifetime <= 168 && floor(var.max_lifetime) == var.max_lifetime
    error_message = "A cluster lives for 1 to 168 whole hours at most."
  }
}
