mock_provider "aws" {}

variables {
  name                 = "orchard-main"
  region               = "eu-west-3"
  bucket               = "photographs"
  logs_prefix          = "logs/"
  key_arn              = "arn:aws:kms:eu-west-3:123456789012:key/1"
  emr_service_role_arn = "arn:aws:iam::123456789012:role/orchard-emr-service"
  instance_profile_arn = "arn:aws:iam::123456789012:instance-profile/orchard-emr-node"
  vpc_id               = "vpc-1"
  subnet_id            = "subnet-1"
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

run "idle_too_long" {
  command = plan
  variables { idle_timeout = 604801 }
  expect_failures = [var.idle_timeout]
}

run "release_before_python_311" {
  command = plan
  variables { release_label = "emr-6.15.0" }
  expect_failures = [var.release_label]
}

run "jupyterhub_on_spark_8" {
  command = plan
  variables {
    notebook      = "jupyterhub"
    release_label = "emr-spark-8.0.0"
  }
  expect_failures = [var.notebook]
}

run "scaling_without_end" {
  command = plan
  variables { managed_scaling_max = 1000 }
  expect_failures = [var.managed_scaling_max]
}

run "ssh_from_everywhere" {
  command = plan
  variables {
    notebook = "jupyterhub"
    ssh      = { public_key = "ssh-ed25519 AAAA", cidr = "0.0.0.0/0" }
  }
  expect_failures = [var.ssh]
}

run "scaling_below_the_core" {
  command = plan
  variables { managed_scaling_max = 2 }
  expect_failures = [var.managed_scaling_max]
}

run "scaling_below_the_start" {
  command = plan
  variables {
    managed_scaling_max = 4
    task_spot_count     = 3
  }
  expect_failures = [var.managed_scaling_max]
}

run "ssh_without_jupyterhub" {
  command = plan
  variables {
    ssh = { public_key = "ssh-ed25519 AAAA", cidr = "198.51.100.7/32" }
  }
  expect_failures = [var.ssh]
}
