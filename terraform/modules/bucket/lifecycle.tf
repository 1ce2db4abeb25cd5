# A bucket that is made to be deleted with all in it needs no rules for how long to keep that. The provider waits 55 s
# after it has made rules, since S3 may answer with the old ones for as long.
resource "aws_s3_bucket_lifecycle_configuration" "data" {
  count  = var.force_destroy ? 0 : 1
  bucket = aws_s3_bucket.data.id

  rule {
    id     = "expire-cluster-logs"
    status = "Enabled"
    filter {
      prefix = local.prefixes.logs
    }
    expiration {
      days = var.log_retention_days
    }
  }

  rule {
    id     = "forget-old-versions-and-stale-uploads"
    status = "Enabled"
    filter {}
    noncurrent_version_expiration {
      noncurrent_days = 30
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.data]
}

resource "aws_s3_bucket_lifecycle_configuration" "access_logs" {
  count  = var.force_destroy ? 0 : 1
  bucket = aws_s3_bucket.access_logs.id

  rule {
    id     = "expire-access-logs"
    status = "Enabled"
    filter {}
    expiration {
      days = var.log_retention_days
    }
    noncurrent_version_expiration {
      noncurrent_days = 1
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.access_logs]
}
