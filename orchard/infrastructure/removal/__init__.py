"""What is ours and in no state of Terraform's, removed by AWS's own calls: each kind after what stands on it."""
