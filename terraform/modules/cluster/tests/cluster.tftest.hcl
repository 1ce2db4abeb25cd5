mock_provider "aws" {
  mock_resource "aws_emr_cluster" {
    defaults = { id = "j-1", arn = "arn:aws:elasticmapreduce:eu-west-3:123456789012:cluster/j-1" }
  }
}

variables {
  name                 = "orchard-main"
  region               = "eu-west-3"
  bucket               = "photographs"
  logs_prefix          = "logs/"
  key_arn              = "arn:aws:kms:eu-west-3:123456789012:key/11111111-2222-3333-4444-555555555555"
  disk_key_arn         = "arn:aws:kms:eu-west-3:123456789012:key/11111111-2222-3333-4444-555555555555"
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

run "studio_cluster" {
  command = plan

  assert {
    condition     = aws_emr_cluster.this.applications == toset(["Hadoop", "JupyterEnterpriseGateway", "Livy", "Spark"])
    error_message = "What a Studio workspace attaches to."
  }
  assert {
    condition     = one(aws_emr_cluster.this.master_instance_group).instance_type == "m5.xlarge" && one(aws_emr_cluster.this.core_instance_group).instance_count == 2
    error_message = "One primary and two core nodes."
  }
  assert {
    condition     = length(aws_emr_instance_group.task) + length(aws_emr_instance_group.scaled_task) + length(aws_emr_managed_scaling_policy.this) + length(aws_security_group.ssh) + length(aws_key_pair.ssh) + length(aws_kms_grant.spot) == 0
    error_message = "No Spot, no scaling, no SSH unless asked for."
  }
  assert {
    condition     = aws_emr_cluster.this.log_uri == "s3://photographs/logs/"
    error_message = "Logs go to the bucket; the slash at the end counts."
  }

  assert {
    condition     = one(aws_emr_cluster.this.auto_termination_policy).idle_timeout == 3600
    error_message = "Every cluster ends itself after an idle hour."
  }
  assert {
    condition     = !aws_emr_cluster.this.termination_protection && aws_emr_cluster.this.keep_job_flow_alive_when_no_steps && aws_emr_cluster.this.step_concurrency_level == 1
    error_message = "A cluster waits for steps, takes them one by one, and can always be ended."
  }
  assert {
    condition     = aws_emr_cluster.this.log_encryption_kms_key_id == var.key_arn
    error_message = "Logs are encrypted with the data key."
  }
  assert {
    condition     = jsondecode(aws_emr_security_configuration.this.configuration).InstanceMetadataServiceConfiguration == { MinimumInstanceMetadataServiceVersion = 2, HttpPutResponseHopLimit = 1 }
    error_message = "IMDSv2 only, and not for containers."
  }
  assert {
    condition     = jsondecode(aws_emr_security_configuration.this.configuration).EncryptionConfiguration.AtRestEncryptionConfiguration.LocalDiskEncryptionConfiguration == { EncryptionKeyProviderType = "AwsKms", AwsKmsKey = var.key_arn, EnableEbsEncryption = true }
    error_message = "Disks, the root disk included, are encrypted with the data key."
  }
  assert {
    condition     = jsondecode(aws_emr_security_configuration.this.configuration).EncryptionConfiguration.AtRestEncryptionConfiguration.S3EncryptionConfiguration == { EncryptionMode = "SSE-KMS", AwsKmsKey = var.key_arn }
    error_message = "What the cluster writes to S3 is encrypted with the data key."
  }

  assert {
    condition     = alltrue([for c in jsondecode(aws_emr_cluster.this.configurations_json) : c.Configurations[0].Properties.PYSPARK_PYTHON == "/opt/orchard/python/bin/python3.11" if c.Classification == "spark-env"]) && local.spark_defaults["spark.yarn.appMasterEnv.PYSPARK_PYTHON"] == local.spark_defaults["spark.pyspark.python"]
    error_message = "Driver and executors use the bootstrapped Python 3.11, through Livy too."
  }
  assert {
    condition     = alltrue([for c in jsondecode(aws_emr_cluster.this.configurations_json) : c.Classification != "spark"])
    error_message = "Nothing is sized by maximizeResourceAllocation: what it does to values that are said is nowhere written."
  }
  assert {
    condition = one([for c in jsondecode(aws_emr_cluster.this.configurations_json) : c.Properties if c.Classification == "spark-defaults"]) == {
      "spark.executor.cores"                   = "4"
      "spark.executor.memory"                  = "5773m"
      "spark.executor.memoryOverhead"          = "4723m"
      "spark.python.worker.reuse"              = "true"
      "spark.dynamicAllocation.enabled"        = "true"
      "spark.submit.deployMode"                = "client"
      "spark.driver.memory"                    = "4096m"
      "spark.yarn.am.memory"                   = "512m"
      "spark.yarn.am.memoryOverhead"           = "384m"
      "spark.yarn.maxAppAttempts"              = "1"
      "spark.pyspark.python"                   = "/opt/orchard/python/bin/python3.11"
      "spark.yarn.appMasterEnv.PYSPARK_PYTHON" = "/opt/orchard/python/bin/python3.11"
    }
    error_message = "One executor a node, the application master beside it, the driver on the primary node."
  }
  assert {
    condition     = one([for c in jsondecode(aws_emr_cluster.this.configurations_json) : c.Properties if c.Classification == "capacity-scheduler"])["yarn.scheduler.capacity.maximum-am-resource-percent"] == "0.5"
    error_message = "An open notebook does not keep a step from starting."
  }
  assert {
    condition = one([for c in jsondecode(aws_emr_cluster.this.configurations_json) : c.Properties if c.Classification == "livy-conf"]) == {
      "livy.spark.deploy-mode"                      = "client"
      "livy.server.session.timeout"                 = "2h"
      "livy.server.session.timeout-check.skip-busy" = "true"
    }
    error_message = "A session's driver is on the primary node, and survives lunch."
  }
  assert {
    condition     = aws_emr_cluster.this.bootstrap_action[0].path == "s3://photographs/jobs/abc/bootstrap.sh" && aws_emr_cluster.this.bootstrap_action[0].args == tolist(["s3://photographs/jobs/abc/requirements.lock", var.bootstrap.requirements_sha256, "/opt/orchard/python"])
    error_message = "Nodes install exactly the reviewed packages."
  }
}

run "jupyterhub_cluster" {
  command = plan
  variables {
    notebook = "jupyterhub"
    ssh      = { public_key = "ssh-ed25519 AAAA", cidr = "198.51.100.7/32" }
  }

  assert {
    condition     = contains(aws_emr_cluster.this.applications, "JupyterHub") && aws_emr_cluster.this.bootstrap_action[1].args == tolist(["eu-west-3"])
    error_message = "JupyterHub is there and knows its region."
  }
  assert {
    condition     = one([for c in jsondecode(aws_emr_cluster.this.configurations_json) : c.Properties if c.Classification == "jupyter-s3-conf"]) == { "s3.persistence.enabled" = "true", "s3.persistence.bucket" = "photographs" }
    error_message = "Its notebooks outlive the cluster."
  }
  assert {
    condition     = jsondecode(aws_emr_security_configuration.this.configuration).InstanceMetadataServiceConfiguration.HttpPutResponseHopLimit == 2
    error_message = "The hub's container reaches the node's credentials."
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.ssh[0].cidr_ipv4 == "198.51.100.7/32" && aws_vpc_security_group_ingress_rule.ssh[0].from_port == 22 && aws_vpc_security_group_ingress_rule.ssh[0].to_port == 22
    error_message = "SSH opens to the caller's address and nothing else."
  }
}

run "spot_nodes" {
  command = plan
  variables { task_spot_count = 3 }

  assert {
    condition     = aws_emr_instance_group.task[0].instance_count == 3 && aws_emr_instance_group.task[0].bid_price == "0.32"
    error_message = "Task nodes are on the Spot market."
  }
  assert {
    condition     = aws_kms_grant.spot[0].key_id == var.disk_key_arn && aws_kms_grant.spot[0].grantee_principal == "arn:aws:iam::123456789012:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot"
    error_message = "EC2 Spot can open the disks of its nodes."
  }
}

run "disks_by_another_key" {
  command = plan
  variables {
    disk_key_arn = "arn:aws:kms:eu-west-3:123456789012:key/99999999-2222-3333-4444-555555555555"
  }

  assert {
    condition     = jsondecode(aws_emr_security_configuration.this.configuration).EncryptionConfiguration.AtRestEncryptionConfiguration.LocalDiskEncryptionConfiguration.AwsKmsKey == var.disk_key_arn
    error_message = "Disks are encrypted with the key that is given for them."
  }
  assert {
    condition     = jsondecode(aws_emr_security_configuration.this.configuration).EncryptionConfiguration.AtRestEncryptionConfiguration.S3EncryptionConfiguration.AwsKmsKey == var.key_arn
    error_message = "And nothing else is."
  }
}

run "hub_that_keeps_nothing" {
  command = plan
  variables {
    notebook        = "jupyterhub"
    hub_persistence = false
  }

  assert {
    condition     = length([for c in jsondecode(aws_emr_cluster.this.configurations_json) : c if c.Classification == "jupyter-s3-conf"]) == 0
    error_message = "A hub that does not start with notebooks in S3 starts without."
  }
}

run "scaling" {
  command = plan
  variables { managed_scaling_max = 6 }

  assert {
    condition     = one(aws_emr_managed_scaling_policy.this[0].compute_limits).maximum_core_capacity_units == 2 && one(aws_emr_managed_scaling_policy.this[0].compute_limits).maximum_ondemand_capacity_units == 2 && length(aws_emr_instance_group.scaled_task) == 1
    error_message = "Core nodes stay; only Spot task nodes come and go."
  }
}

run "old_release_warns" {
  command = plan
  variables { release_label = "emr-7.3.0" }
  expect_failures = [check.release_is_supported]
}
