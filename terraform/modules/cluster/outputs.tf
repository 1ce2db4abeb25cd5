output "id" {
  description = "Id of the cluster, `j-...`."
  value       = aws_emr_cluster.this.id
}

output "arn" {
  description = "ARN of the cluster."
  value       = aws_emr_cluster.this.arn
}

output "primary_dns" {
  description = "Host name of the primary node: private, or public where the subnet gives public addresses."
  value       = aws_emr_cluster.this.master_public_dns
}

output "applications" {
  description = "The applications on the cluster."
  value       = aws_emr_cluster.this.applications
}

output "python" {
  description = "The Python 3.11 that drivers and executors use."
  value       = local.python
}
