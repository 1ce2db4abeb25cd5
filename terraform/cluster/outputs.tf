output "cluster_id" {
  description = "Id of the cluster, `j-...`."
  value       = module.cluster.id
}

output "cluster_name" {
  description = "Name of the cluster: the project and the workspace."
  value       = local.name
}

output "primary_dns" {
  description = "Host name of the primary node."
  value       = module.cluster.primary_dns
}

output "python" {
  description = "The Python that drivers and executors use."
  value       = module.cluster.python
}
