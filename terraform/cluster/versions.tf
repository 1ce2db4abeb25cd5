terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }

  # Where the state is comes from `terraform init -backend-config`: see terraform/README.md.
  backend "local" {}
}
