variable "name" {
  description = "Name of the cluster that must end."
  type        = string
}

variable "key_arn" {
  description = "ARN of the key that encrypts the schedule."
  type        = string
}

variable "role_arn" {
  description = "ARN of the role by which the schedule ends the cluster."
  type        = string
}

variable "failed_ends_arn" {
  description = "ARN of the queue that keeps the call when EMR refuses it."
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
