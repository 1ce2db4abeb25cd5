variable "name" {
  description = "Name of the Studio."
  type        = string
}

variable "bucket" {
  description = "Name of the bucket that keeps the workspaces."
  type        = string
}

variable "workspaces_prefix" {
  description = "Prefix in the bucket under which the workspaces are kept, ending in a slash."
  type        = string

  validation {
    condition     = endswith(var.workspaces_prefix, "/")
    error_message = "The prefix ends in a slash."
  }
}

variable "key_arn" {
  description = "ARN of the key that encrypts the workspaces; null leaves that to the bucket."
  type        = string
}

variable "service_role_arn" {
  description = "ARN of the role that EMR Studio assumes."
  type        = string
}

variable "vpc_id" {
  description = "The VPC in which clusters run."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets in which clusters run. Amazon EMR lets a Studio gain subnets, never lose one."
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 1 && length(var.subnet_ids) <= 5
    error_message = "A Studio has 1 to 5 subnets (Amazon EMR Management Guide, \"Considerations and limitations\")."
  }
}

variable "engine_security_group_id" {
  description = "Security group of the notebook engine on the cluster."
  type        = string
}

variable "workspace_security_group_id" {
  description = "Security group of the workspaces."
  type        = string
}
