mock_provider "aws" {
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-west-3:123456789012:key/11111111-2222-3333-4444-555555555555" }
  }
}

variables {
  name       = "orchard-123456789012-eu-west-3"
  project    = "orchard"
  account_id = "123456789012"
}

run "keeps_its_promises" {
  command = apply

  assert {
    condition = alltrue([for block in [aws_s3_bucket_public_access_block.data, aws_s3_bucket_public_access_block.access_logs] :
    block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets])
    error_message = "No bucket can be made public."
  }
  assert {
    condition = alltrue([for policy in [aws_s3_bucket_policy.data.policy, aws_s3_bucket_policy.access_logs.policy] :
      anytrue([for statement in jsondecode(policy).Statement :
        statement.Effect == "Deny" && statement.Action == "s3:*" && length(statement.Resource) == 2
        && try(statement.Condition.Bool["aws:SecureTransport"], "") == "false"
    ])])
    error_message = "Plain HTTP is refused to everybody."
  }
  assert {
    condition     = alltrue([for rule in aws_s3_bucket_server_side_encryption_configuration.data.rule : rule.bucket_key_enabled && one(rule.apply_server_side_encryption_by_default).sse_algorithm == "aws:kms"])
    error_message = "Objects are encrypted with KMS, through a bucket key."
  }
  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.data.rule).apply_server_side_encryption_by_default).kms_master_key_id == aws_kms_key.data.arn
    error_message = "Objects are encrypted with the data key."
  }
  assert {
    condition     = aws_kms_key.data.enable_key_rotation
    error_message = "The key rotates."
  }
  assert {
    condition     = alltrue([for versioning in [aws_s3_bucket_versioning.data, aws_s3_bucket_versioning.access_logs] : one(versioning.versioning_configuration).status == "Enabled"])
    error_message = "An overwritten object can be had back."
  }
  assert {
    condition     = alltrue([for owner in [aws_s3_bucket_ownership_controls.data, aws_s3_bucket_ownership_controls.access_logs] : one(owner.rule).object_ownership == "BucketOwnerEnforced"])
    error_message = "Access lists are off: the bucket's owner owns every object."
  }
  assert {
    condition     = aws_s3_bucket_logging.data.target_bucket == aws_s3_bucket.access_logs.id
    error_message = "Access to the data is logged."
  }
  assert {
    condition     = !aws_s3_bucket.data.force_destroy && !aws_s3_bucket.access_logs.force_destroy
    error_message = "Destroying does not delete data unless asked."
  }
  assert {
    condition     = contains([for rule in aws_s3_bucket_lifecycle_configuration.data[0].rule : try(rule.filter[0].prefix, "")], "logs/")
    error_message = "Cluster logs expire."
  }
  assert {
    condition     = anytrue([for rule in aws_s3_bucket_lifecycle_configuration.data[0].rule : length(rule.abort_incomplete_multipart_upload) == 1 && length(rule.noncurrent_version_expiration) == 1])
    error_message = "Stale uploads and old versions expire."
  }
  assert {
    condition     = alltrue([for prefix in concat(values(output.prefixes), values(output.results)) : endswith(prefix, "/")])
    error_message = "Prefixes end in a slash: rights are given by them."
  }
}

run "reserved_name" {
  command = plan
  variables { name = "xn--orchard" }
  expect_failures = [var.name]
}

run "wrong_values" {
  command = plan
  variables {
    name               = "or.chard"
    account_id         = "12345"
    log_retention_days = 0
  }
  expect_failures = [var.name, var.account_id, var.log_retention_days]
}
