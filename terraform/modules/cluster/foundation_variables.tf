# What the cluster stands on. The root takes it from the foundation's output.
variable "region" {
  description = "The AWS region."
  type        = string
}

variable "account_id" {
  description = "The AWS account, for the ARN of EC2's own role."
  type        = string
}

variable "bucket" {
  description = "Name of the data bucket."
  type        = string
}

variable "logs_prefix" {
  description = "Prefix in the bucket for logs, ending in a slash."
  type        = string

  validation {
    condition     = endswith(var.logs_prefix, "/")
    error_message = "The prefix ends in a slash: EMR compares log URIs letter by letter, and a difference replaces the cluster."
  }
}

variable "key_arn" {
  description = "ARN of the key that encrypts objects and logs."
  type        = string
}

variable "disk_key_arn" {
  description = "ARN of the key that encrypts the nodes' disks."
  type        = string
}

variable "emr_service_role_arn" {
  description = "ARN of the role that EMR assumes."
  type        = string
}

variable "instance_profile_arn" {
  description = "ARN of the instance profile of the nodes."
  type        = string
}

variable "vpc_id" {
  description = "The VPC of the subnet."
  type        = string
}

variable "subnet_id" {
  description = "The subnet of all nodes."
  type        = string
}

variable "security_group_ids" {
  description = "Groups `primary`, `core`, `engine` and, in a private subnet, `service`."
  type        = map(string)

  validation {
    condition     = length(setsubtract(["primary", "core", "engine"], keys(var.security_group_ids))) == 0
    error_message = "The groups primary, core and engine must be given: those that EMR makes itself are left behind when the cluster is destroyed."
  }
}

variable "alarm_topic_arn" {
  description = "ARN of the topic that is told when the cluster is idle."
  type        = string
}

variable "bootstrap" {
  description = "Where the nodes find what they install: the prefix in the bucket that holds `bootstrap.sh`, `jupyterhub.sh` and `requirements.lock`, and the sha256 of that lock."
  type = object({
    prefix              = string
    requirements_sha256 = string
  })

  validation {
    condition     = endswith(var.bootstrap.prefix, "/") && can(regex("^[0-9a-f]{64}$", var.bootstrap.requirements_sha256))
    error_message = "The bootstrap prefix ends in a slash and the sha256 has 64 hexadecimal digits."
  }
}

variable "ssh" {
  description = "Opens SSH to the primary node for JupyterHub, with this public key, from this one address. Unset, SSH is closed and sessions go through Session Manager."
  type        = object({ public_key = string, cidr = string })
  default     = null

  validation {
    condition     = var.ssh == null ? true : can(regex("/32$", var.ssh.cidr)) && can(cidrnetmask(var.ssh.cidr))
    error_message = "SSH opens to one IPv4 address only: write it as 198.51.100.7/32."
  }
  validation {
    condition     = var.ssh == null || var.notebook == "jupyterhub"
    error_message = "SSH is for JupyterHub only: EMR Studio does not need it."
  }
}
