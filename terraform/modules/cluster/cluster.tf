resource "aws_emr_cluster" "this" {
  name                   = var.name
  release_label          = var.release_label
  applications           = local.applications
  service_role           = var.emr_service_role_arn
  security_configuration = aws_emr_security_configuration.this.name
  configurations_json    = jsonencode(local.configurations)

  log_uri                   = "s3://${var.bucket}/${var.logs_prefix}"
  log_encryption_kms_key_id = var.key_arn

  # Steps come one after the other: a failure must be able to cancel what waits behind it, and EMR allows that only
  # without concurrency (Amazon EMR Management Guide, "Run multiple steps in parallel").
  step_concurrency_level            = 1
  keep_job_flow_alive_when_no_steps = true
  termination_protection            = false
  visible_to_all_users              = true
  scale_down_behavior               = "TERMINATE_AT_TASK_COMPLETION"

  # TensorFlow's packages fill most of the default 15 GiB.
  ebs_root_volume_size = 32

  ec2_attributes {
    instance_profile                  = var.instance_profile_arn
    subnet_id                         = var.subnet_id
    key_name                          = one(aws_key_pair.ssh[*].key_name)
    emr_managed_master_security_group = var.security_group_ids["primary"]
    emr_managed_slave_security_group  = var.security_group_ids["core"]
    service_access_security_group     = lookup(var.security_group_ids, "service", null)
    additional_master_security_groups = join(",", compact([var.security_group_ids["engine"], one(aws_security_group.ssh[*].id)]))
  }

  master_instance_group {
    name          = "primary"
    instance_type = var.instance_type
    ebs_config {
      type                 = "gp3"
      size                 = var.ebs_gib
      volumes_per_instance = 1
    }
  }

  core_instance_group {
    name           = "core"
    instance_type  = var.instance_type
    instance_count = var.core_count
    ebs_config {
      type                 = "gp3"
      size                 = var.ebs_gib
      volumes_per_instance = 1
    }
  }

  # EMR copies tags to the nodes: one call to EC2 tells of all clusters what EMR would tell of each in a call of its own.
  tags = {
    Notebook     = var.notebook
    ReleaseLabel = var.release_label
    IdleTimeout  = tostring(var.idle_timeout)
  }

  dynamic "bootstrap_action" {
    for_each = local.bootstrap_actions
    content {
      name = bootstrap_action.value.name
      path = bootstrap_action.value.path
      args = bootstrap_action.value.args
    }
  }

  auto_termination_policy {
    idle_timeout = var.idle_timeout
  }

  lifecycle {
    # What EMR tells of itself and a difference would replace the cluster for: every step, which are the control plane's;
    # disks with the figures that EMR put in (gp3's IOPS); groups in an order of its own.
    ignore_changes = [
      step,
      master_instance_group[0].ebs_config,
      core_instance_group[0].ebs_config,
      ec2_attributes[0].additional_master_security_groups,
    ]
  }
}
