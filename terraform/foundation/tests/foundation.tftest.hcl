mock_provider "aws" {
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-west-3:123456789012:key/11111111-2222-3333-4444-555555555555" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/mock" }
  }
  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::123456789012:policy/mock" }
  }
  mock_resource "aws_iam_instance_profile" {
    defaults = { arn = "arn:aws:iam::123456789012:instance-profile/mock" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-west-3:123456789012:mock" }
  }
}

variables {
  account_id   = "123456789012"
  network      = "private"
  studio_users = { ana = "basic", ben = "intermediate", cleo = "advanced" }
}

# The IAM tests read the policies of this run's state.
run "hands_over_one_object" {
  command = apply

  assert {
    condition     = output.foundation.bucket == "orchard-123456789012-eu-west-3" && output.foundation.region == "eu-west-3" && length(output.foundation.subnet_ids) == 2
    error_message = "The cluster root gets all it needs in one object."
  }
}

run "other_keys" {
  command = plan
  variables {
    disk_key_arn = "arn:aws:kms:eu-west-3:123456789012:key/disks"
    studio_key   = "none"
  }

  assert {
    condition     = output.foundation.disk_key_arn == "arn:aws:kms:eu-west-3:123456789012:key/disks"
    error_message = "Disks may have a key of their own."
  }
  assert {
    condition     = local.studio_key_arn == null
    error_message = "A Studio may leave encryption to the bucket."
  }
}

# London is not in the EU.
run "wrong_values" {
  command = plan
  variables {
    region     = "eu-west-2"
    project    = "Or_chard"
    account_id = "1234"
    studio_key = "mine"
  }
  expect_failures = [var.region, var.project, var.account_id, var.studio_key]
}
