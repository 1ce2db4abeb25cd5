output "name" {
  description = "Name of the data bucket."
  value       = aws_s3_bucket.data.bucket
}

output "arn" {
  description = "ARN of the data bucket."
  value       = aws_s3_bucket.data.arn
}

output "access_log_bucket" {
  description = "Name of the bucket that holds the data bucket's access logs."
  value       = aws_s3_bucket.access_logs.bucket
}

output "key_arn" {
  description = "ARN of the key that encrypts objects, cluster disks, logs, notebooks and alarms."
  value       = aws_kms_key.data.arn
}

output "prefixes" {
  description = "The S3 layout: the prefixes of the data bucket, without those of results."
  value       = local.prefixes
}

output "results" {
  description = "The S3 layout: the prefix of each job's results, which cluster nodes may write to."
  value       = local.results
}
