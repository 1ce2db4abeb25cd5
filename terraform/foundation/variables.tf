variable "project" {
  description = "Prefix of the names of everything, and the value of the tag Project."
  type        = string
  default     = "orchard"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}[a-z0-9]$", var.project))
    error_message = "A project has 3 to 22 lower-case letters, digits and hyphens and starts with a letter."
  }
}

variable "region" {
  description = "The AWS region: one of the six in the EU."
  type        = string
  default     = "eu-west-3"

  validation {
    condition     = contains(local.eu_regions, var.region)
    error_message = "The region is not in the EU: use eu-central-1, eu-north-1, eu-south-1, eu-south-2, eu-west-1 or eu-west-3 (eu-west-2 and eu-central-2 are not in it)."
  }
}

variable "account_id" {
  description = "The AWS account, 12 digits. A variable and not a look-up, so that a plan needs no network and policies are readable in it; on AWS the provider refuses to act in another account."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "An AWS account id has 12 digits."
  }
}

variable "emulated" {
  description = "The AWS is an emulated one on this machine."
  type        = bool
  default     = false
}

variable "offline" {
  description = "Do not even ask which account this is: for plans without a network (with `-refresh=false` and `emulated`), to review what would be made. Useless for an apply."
  type        = bool
  default     = false
}

variable "bucket" {
  description = "Name of the data bucket. Unset: project, account and region."
  type        = string
  default     = null
}

variable "force_destroy" {
  description = "Let `destroy` delete the buckets with everything in them; rules for how long to keep that are not made then."
  type        = bool
  default     = false
}

variable "log_retention_days" {
  description = "Days until logs expire."
  type        = number
  default     = 30
}

variable "network" {
  description = "`default` (the account's default VPC) or `private` (an own VPC)."
  type        = string
  default     = "default"
}

variable "default_vpc" {
  description = "The default VPC and its subnets, where they are known. Unset, they are looked up."
  type        = object({ vpc_id = string, subnet_ids = list(string) })
  default     = null
}

variable "egress" {
  description = "Where the nodes may go: `https` (port 443, and port 80 of S3 alone) or `all`, as in the groups that EMR makes itself."
  type        = string
  default     = "https"
}

variable "s3_prefix_list_id" {
  description = "AWS's prefix list of S3 in the region, where it is known. Unset, it is looked up."
  type        = string
  default     = null
}

variable "vpc_cidr" {
  description = "In a private network, its address range."
  type        = string
  default     = "10.20.0.0/16"
}

variable "disk_key_arn" {
  description = "ARN of another KMS key for the nodes' disks. Unset, the data key encrypts them, too."
  type        = string
  default     = null
}

variable "studio_key" {
  description = "What encrypts the Studio's workspaces beside the bucket itself: `data` (the data key), the ARN of another KMS key, or `none`."
  type        = string
  default     = "data"

  validation {
    condition     = can(regex("^(data|none|arn:aws:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+)$", var.studio_key))
    error_message = "The Studio's key is `data`, `none`, or the ARN of a KMS key."
  }
}

variable "studio_users" {
  description = "IAM users who may enter the Studio, each `basic`, `intermediate` or `advanced`."
  type        = map(string)
  default     = {}
}

variable "monthly_budget" {
  description = "USD a month at which e-mails are sent; 0 for none."
  type        = number
  default     = 0
}

variable "alarm_email" {
  description = "Who is told about the budget and idle clusters."
  type        = string
  default     = ""
}
