variable "name" {
  description = "Name of the cluster that the gateway serves."
  type        = string
}

variable "public_subnet_id" {
  description = "Where the gateway stands."
  type        = string
}

variable "route_table_id" {
  description = "Route table of the cluster's private subnet."
  type        = string
}
