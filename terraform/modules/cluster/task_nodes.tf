locals {
  spot_bid = format("%.2f", var.task_spot_bid != null ? var.task_spot_bid : local.instance_type.vcpus * 0.08)
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
    ignore_changes = [instance_count]
  }
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
