mock_provider "aws" {}

variables {
  name                        = "orchard"
  bucket                      = "photographs"
  workspaces_prefix           = "emr-studio-workspaces/"
  key_arn                     = "arn:aws:kms:eu-west-3:123456789012:key/11111111-2222-3333-4444-555555555555"
  service_role_arn            = "arn:aws:iam::123456789012:role/orchard-eu-west-3-studio-service"
  vpc_id                      = "vpc-1"
  subnet_ids                  = ["subnet-a"]
  engine_security_group_id    = "sg-1"
  workspace_security_group_id = "sg-2"
}

run "workspaces_are_kept_and_encrypted" {
  command = plan

  assert {
    condition     = aws_emr_studio.this.auth_mode == "IAM" && aws_emr_studio.this.default_s3_location == "s3://photographs/emr-studio-workspaces/" && aws_emr_studio.this.encryption_key_arn == var.key_arn
    error_message = "Workspaces live in the bucket, encrypted; people enter with their IAM identity."
  }
}

run "wrong_values" {
  command = plan
  variables {
    workspaces_prefix = "emr-studio-workspaces"
    subnet_ids        = ["a", "b", "c", "d", "e", "f"]
  }
  expect_failures = [var.workspaces_prefix, var.subnet_ids]
}
