mock_provider "aws" {}

variables {
  name                 = "orchard-main"
  region               = "eu-west-3"
  bucket               = "photographs"
  logs_prefix          = "logs/"
  key_arn              = "arn:aws:kms:eu-west-3:123456789012:key/1"
  disk_key_arn         = "arn:aws:kms:eu-west-3:123456789012:key/1"
  account_id           = "123456789012"
  emr_service_role_arn = "arn:aws:iam::123456789012:role/orchard-eu-west-3-emr-service"
  instance_profile_arn = "arn:aws:iam::123456789012:instance-profile/orchard-eu-west-3-emr-node"
  vpc_id               = "vpc-1"
  subnet_id            = "subnet-1"
  alarm_topic_arn      = "arn:aws:sns:eu-west-3:123456789012:orchard-alarms"
  security_group_ids   = { primary = "sg-p", core = "sg-c", engine = "sg-e" }
  bootstrap            = { prefix = "jobs/abc/", requirements_sha256 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" }
  release_label        = "emr-7.13.0"
}

run "everything_wrong_at_once" {
  command = plan
  variables {
    name               = "Orchard"
    notebook           = "zeppelin"
    instance_type      = "t3.nano"
    core_count         = 0
    task_spot_count    = -1
    task_spot_bid      = 0
    idle_timeout       = 30
    ebs_gib            = 8
    logs_prefix        = "logs"
    security_group_ids = { primary = "sg-p" }
    bootstrap          = { prefix = "jobs/abc/", requirements_sha256 = "abc" }
  }
  expect_failures = [
    var.name, var.notebook, var.instance_type, var.core_count, var.task_spot_count, var.task_spot_bid,
    var.idle_timeout, var.ebs_gib, var.logs_prefix, var.security_group_ids, var.bootstrap,
  ]
}

run "wrong_upper_ends" {
  command = plan
  variables {
    notebook            = "jupyterhub"
    idle_timeout        = 604801
    managed_scaling_max = 1000
    ssh                 = { public_key = "ssh-ed25519 AAAA", cidr = "0.0.0.0/0" }
  }
  expect_failures = [var.idle_timeout, var.managed_scaling_max, var.ssh]
}

# Right by themselves, wrong together.
run "wrong_company" {
  command = plan
  variables {
    release_label       = "emr-spark-8.0.0"
    notebook            = "jupyterhub"
    managed_scaling_max = 2
  }
  expect_failures = [var.notebook, var.managed_scaling_max]
}

run "wrong_start" {
  command = plan
  variables {
    managed_scaling_max = 4
    task_spot_count     = 3
    ssh                 = { public_key = "ssh-ed25519 AAAA", cidr = "198.51.100.7/32" }
  }
  expect_failures = [var.managed_scaling_max, var.ssh]
}

run "release_before_python_311" {
  command = plan
  variables {
    release_label = "emr-6.15.0"
  }
  expect_failures = [var.release_label]
}
