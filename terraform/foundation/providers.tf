provider "aws" {
  region = var.region

  # The one place that knows an emulated AWS; its address and its access key come from the environment.
  access_key                  = var.offline ? "offline" : null
  secret_key                  = var.offline ? "offline" : null
  allowed_account_ids         = var.offline ? null : [var.account_id]
  skip_credentials_validation = var.offline
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
