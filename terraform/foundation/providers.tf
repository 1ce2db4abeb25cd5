provider "aws" {
  region = var.region

  # The one place that knows an emulated AWS; its address comes from AWS_ENDPOINT_URL.
  access_key                  = var.emulated ? "emulated" : null
  secret_key                  = var.emulated ? "emulated" : null
  token                       = var.emulated ? "" : null
  allowed_account_ids         = var.emulated ? null : [var.account_id]
  skip_credentials_validation = var.emulated
  skip_metadata_api_check     = var.emulated
  skip_requesting_account_id  = var.offline
  s3_use_path_style           = var.emulated
  max_retries                 = var.emulated ? 5 : null

  default_tags {
    tags = {
      Project = var.project
      # AmazonEMRServicePolicy_v2 acts on nothing without it.
      "for-use-with-amazon-emr-managed-policies" = "true"
    }
  }
}
