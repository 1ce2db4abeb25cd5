output "vpc_id" {
  description = "The VPC in which clusters and the Studio are."
  value       = local.vpc_id
}

output "subnet_ids" {
  description = "Subnets for clusters, in a stable order; 1 to 5 of them."
  value       = local.private ? [for zone in var.zones : aws_subnet.private[zone].id] : local.chosen_subnet_ids
}

output "route_table_ids" {
  description = "In mode `private`: the route table of each of `subnet_ids`, in the same order. Otherwise empty."
  value       = [for zone in local.private ? var.zones : [] : aws_route_table.private[zone].id]
}

output "nat_subnet_id" {
  description = "In mode `private`: where a NAT gateway can stand. Otherwise null."
  value       = one(aws_subnet.public[*].id)
}

output "security_group_ids" {
  description = "Ids of the security groups `primary`, `core`, `engine`, `workspace` and, in mode `private`, `service`."
  value       = { for name, group in aws_security_group.this : name => group.id }
}
