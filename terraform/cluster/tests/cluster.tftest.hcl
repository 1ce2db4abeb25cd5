mock_provider "aws" {
  mock_resource "aws_emr_cluster" {
    defaults = { id = "j-1", arn = "arn:aws:elasticmapreduce:eu-west-3:123456789012:cluster/j-1" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/mock" }
  }
}

variables {
  release_label = "emr-7.13.0"
  bootstrap     = { prefix = "jobs/abc/", requirements_sha256 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }
  foundation = {
    project              = "orchard"
    region               = "eu-west-3"
    account_id           = "123456789012"
    bucket               = "orchard-123456789012-eu-west-3"
    logs_prefix          = "logs/"
    key_arn              = "arn:aws:kms:eu-west-3:123456789012:key/11111111-2222-3333-4444-555555555555"
    disk_key_arn         = "arn:aws:kms:eu-west-3:123456789012:key/11111111-2222-3333-4444-555555555555"
    vpc_id               = "vpc-1"
    subnet_ids           = ["subnet-a", "subnet-b"]
    route_table_ids      = ["rtb-a", "rtb-b"]
    nat_subnet_id        = "subnet-public"
    security_group_ids   = { primary = "sg-p", core = "sg-c", engine = "sg-e", workspace = "sg-w", service = "sg-s" }
    emr_service_role_arn = "arn:aws:iam::123456789012:role/orchard-eu-west-3-emr-service"
    instance_profile_arn = "arn:aws:iam::123456789012:instance-profile/orchard-eu-west-3-emr-node"
    end_of_life_role_arn = "arn:aws:iam::123456789012:role/orchard-eu-west-3-end-of-life"
    alarm_topic_arn      = "arn:aws:sns:eu-west-3:123456789012:orchard-alarms"
    failed_ends_arn      = "arn:aws:sqs:eu-west-3:123456789012:orchard-failed-ends"
  }
}

# The IAM tests read the policies of this run's state.
run "cluster_with_guards" {
  command = apply

  assert {
    condition     = output.cluster_id == "j-1" && output.cluster_name == "orchard-default"
    error_message = "A cluster with a name."
  }
}

run "second_private_cluster" {
  command = plan
  variables { subnet_index = 1 }

  assert {
    condition     = length(module.nat) == 1
    error_message = "A private cluster brings its own NAT gateway."
  }
}

run "region_outside_the_eu" {
  command = plan
  variables {
    foundation = merge(var.foundation, { region = "eu-central-2" })
  }
  expect_failures = [var.foundation]
}

run "no_such_subnet" {
  command = plan
  variables {
    subnet_index = 2
  }
  expect_failures = [var.subnet_index]
}
