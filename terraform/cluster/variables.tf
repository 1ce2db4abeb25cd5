variable "foundation" {
  description = "What the cluster stands on: the output `foundation` of the foundation root."
  type = object({
    project              = string
    region               = string
    account_id           = string
    bucket               = string
    logs_prefix          = string
    key_arn              = string
    disk_key_arn         = string
    vpc_id               = string
    subnet_ids           = list(string)
    route_table_ids      = list(string)
    nat_subnet_id        = optional(string)
    security_group_ids   = map(string)
    emr_service_role_arn = string
    instance_profile_arn = string
    end_of_life_role_arn = string
    alarm_topic_arn      = string
    failed_ends_arn      = string
  })

  validation {
    condition     = contains(["eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3"], var.foundation.region)
    error_message = "The region is not in the EU: use eu-central-1, eu-north-1, eu-south-1, eu-south-2, eu-west-1 or eu-west-3 (eu-west-2 and eu-central-2 are not in it)."
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

variable "bootstrap" {
  description = "Prefix in the bucket of what nodes install, and the sha256 of its requirements.lock."
  type        = object({ prefix = string, requirements_sha256 = string })
}

variable "notebook" {
  description = "`studio` or `jupyterhub`."
  type        = string
  default     = "studio"
}

variable "release_label" {
  description = "The EMR release."
  type        = string
  default     = "emr-7.13.0"
}

variable "instance_type" {
  description = "Type of all nodes."
  type        = string
  default     = "m5.xlarge"
}

variable "core_count" {
  description = "Number of core nodes."
  type        = number
  default     = 2
}

variable "task_spot_count" {
  description = "Number of Spot task nodes; 0 for none."
  type        = number
  default     = 0
}

variable "task_spot_bid" {
  description = "The most to pay for a Spot node, USD an hour."
  type        = number
  default     = null
}

variable "managed_scaling_max" {
  description = "Nodes (core and task) that EMR may scale to; 0 for no managed scaling."
  type        = number
  default     = 0
}

variable "hub_persistence" {
  description = "JupyterHub keeps its notebooks in the bucket."
  type        = bool
  default     = true
}

variable "idle_timeout" {
  description = "Seconds without work until the cluster ends itself."
  type        = number
  default     = 3600
}

variable "max_lifetime" {
  description = "Hours until the cluster is ended, whatever it does."
  type        = number
  default     = 8
}

variable "subnet_index" {
  description = "Which of the foundation's subnets; two clusters at once in a private network need two."
  type        = number
  default     = 0

  validation {
    condition     = var.subnet_index >= 0 && var.subnet_index < length(var.foundation.subnet_ids)
    error_message = "The foundation has fewer subnets: the first one is number 0."
  }
}

variable "ssh" {
  description = "Public key and address (as 198.51.100.7/32) for JupyterHub over SSH; unset, SSH is closed."
  type        = object({ public_key = string, cidr = string })
  default     = null
}
