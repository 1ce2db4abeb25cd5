variable "name" {
  description = "Name of the data bucket. The bucket for its access logs is called the same with `-access-logs` added."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,49}[a-z0-9]$", var.name))
    error_message = "S3 refuses the bucket name: 3 to 51 lower-case letters, digits and hyphens, with a letter or digit at both ends (no dots: they break TLS host names; 51 leaves room for -access-logs)."
  }
  validation {
    condition     = !can(regex("^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|--x-s3|--table-s3)$", var.name))
    error_message = "S3 refuses the bucket name: AWS keeps the prefixes xn--, sthree-, amzn-s3-demo- and the suffixes -s3alias, --ol-s3, --x-s3, --table-s3 to itself."
  }
}

variable "project" {
  description = "Prefix of the key's alias."
  type        = string
}

variable "account_id" {
  description = "The AWS account that owns the bucket, 12 digits."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An AWS account id has 12 digits."
  }
}

variable "force_destroy" {
  description = "Let `destroy` delete the buckets although they still hold objects; rules for how long to keep these are not made then."
  type        = bool
  default     = false
}

variable "log_retention_days" {
  description = "Days until cluster logs and access logs expire."
  type        = number
  default     = 30

  validation {
    condition     = var.log_retention_days >= 1 && var.log_retention_days <= 3650
    error_message = "Logs are kept for 1 to 3650 days."
  }
}
