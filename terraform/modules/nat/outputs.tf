output "route_id" {
  description = "Id of the route to the internet; a cluster that depends on it can install its packages."
  value       = aws_route.to_internet.id
}

output "public_ip" {
  description = "The address that the cluster's traffic comes from."
  value       = aws_eip.this.public_ip
}
