locals {
  spot     = var.task_spot_count > 0 || var.managed_scaling_max > 0
  spot_bid = format("%.2f", var.task_spot_bid != null ? var.task_spot_bid : local.instance_type.vcpus * 0.08)
}

# EC2 starts Spot nodes by a role of its own, which must be able to open their disks (Amazon EC2 User Guide, "Service-linked
# role for Spot Instance requests"). KMS wants the role to be there: the control plane sees to it
# (orchard/infrastructure/account.py).
resource "aws_kms_grant" "spot" {
  count             = local.spot ? 1 : 0
  name              = "${var.name}-spot"
  key_id            = var.disk_key_arn
  grantee_principal = "arn:aws:iam::${var.account_id}:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot"
  operations = [
    "Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext",
    "CreateGrant", "DescribeKey",
  ]
}

# Two resources for one idea, because `ignore_changes` cannot depend on a variable.
resource "aws_emr_instance_group" "task" {
  count          = var.managed_scaling_max == 0 && var.task_spot_count > 0 ? 1 : 0
  cluster_id     = aws_emr_cluster.this.id
  name           = "task"
  instance_type  = var.instance_type
  instance_count = var.task_spot_count
  bid_price      = local.spot_bid

  ebs_config {
    type                 = "gp3"
    size                 = var.ebs_gib
    volumes_per_instance = 1
  }

  lifecycle {
    # EMR tells the disks with figures that it put in.
    ignore_changes = [ebs_config]
  }

  depends_on = [aws_kms_grant.spot]
}

resource "aws_emr_instance_group" "scaled_task" {
  count          = var.managed_scaling_max > 0 ? 1 : 0
  cluster_id     = aws_emr_cluster.this.id
  name           = "task"
  instance_type  = var.instance_type
  instance_count = max(1, var.task_spot_count)
  bid_price      = local.spot_bid

  ebs_config {
    type                 = "gp3"
    size                 = var.ebs_gib
    volumes_per_instance = 1
  }

  lifecycle {
    # How many there are is EMR's decision.
    ignore_changes = [instance_count, ebs_config]
  }

  depends_on = [aws_kms_grant.spot]
}

resource "aws_emr_managed_scaling_policy" "this" {
  count      = var.managed_scaling_max > 0 ? 1 : 0
  cluster_id = aws_emr_cluster.this.id

  compute_limits {
    unit_type              = "Instances"
    minimum_capacity_units = var.core_count
    maximum_capacity_units = var.managed_scaling_max
    # Core nodes hold HDFS and are paid on demand: only task nodes come and go.
    maximum_core_capacity_units     = var.core_count
    maximum_ondemand_capacity_units = var.core_count
  }

  depends_on = [aws_emr_instance_group.scaled_task]
}
