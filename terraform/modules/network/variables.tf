variable "project" {
  description = "Prefix of the names of everything here."
  type        = string
}

variable "region" {
  description = "The AWS region."
  type        = string
}

variable "mode" {
  description = "`default`: the account's default VPC. `private`: an own VPC whose clusters have no public address."
  type        = string
  default     = "default"

  validation {
    condition     = contains(["default", "private"], var.mode)
    error_message = "The network is `default` or `private`."
  }
}

variable "default_vpc" {
  description = "In mode `default`: the VPC and its subnets, where they are known. Unset, they are looked up."
  type        = object({ vpc_id = string, subnet_ids = list(string) })
  default     = null

  validation {
    condition     = var.default_vpc == null ? true : length(var.default_vpc.subnet_ids) > 0
    error_message = "The default VPC has no subnet: create one with `aws ec2 create-default-subnet`, or use the network `private`."
  }
}

variable "egress" {
  description = "Where the nodes may go: `https` (port 443, and port 80 of S3 alone) or `all`, as in the groups that EMR makes itself."
  type        = string
  default     = "https"

  validation {
    condition     = contains(["https", "all"], var.egress)
    error_message = "The nodes' way out is `https` or `all`."
  }
}

variable "s3_prefix_list_id" {
  description = "In mode `default`: AWS's prefix list of S3 in the region, where it is known. Unset, it is looked up."
  type        = string
  default     = null
}

variable "vpc_cidr" {
  description = "In mode `private`: the VPC's private address range."
  type        = string
  default     = "10.20.0.0/16"

  validation {
    condition     = can(cidrnetmask(var.vpc_cidr)) && can(regex("^(10|172\\.(1[6-9]|2[0-9]|3[01])|192\\.168)\\..*/(1[6-9]|2[0-2])$", var.vpc_cidr))
    error_message = "A private IPv4 range from /16 to /22, such as 10.20.0.0/16."
  }
}

variable "zones" {
  description = "In mode `private`: letters of the availability zones that get a subnet. All six EU regions have a, b and c."
  type        = list(string)
  default     = ["a", "b"]

  validation {
    condition     = length(var.zones) >= 2 && length(var.zones) <= 5 && alltrue([for zone in var.zones : can(regex("^[a-f]$", zone))])
    error_message = "2 to 5 zones, each a letter from a to f: one zone may lack the instance type, and a Studio has 5 subnets at most."
  }
}
