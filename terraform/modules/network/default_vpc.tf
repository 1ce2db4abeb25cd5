# Looked up only where the caller does not say, so that a plan needs no network.
data "aws_vpc" "default" {
  count   = var.mode == "default" && var.default_vpc == null ? 1 : 0
  default = true
}

data "aws_subnets" "default" {
  count = length(data.aws_vpc.default)

  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default[0].id]
  }
  filter {
    name   = "default-for-az"
    values = ["true"]
  }

  lifecycle {
    postcondition {
      condition     = length(self.ids) > 0
      error_message = "The default VPC has no subnet: create one with `aws ec2 create-default-subnet`, or use the network `private`."
    }
  }
}

locals {
  default_vpc_id     = var.default_vpc != null ? var.default_vpc.vpc_id : one(data.aws_vpc.default[*].id)
  default_subnet_ids = var.default_vpc != null ? var.default_vpc.subnet_ids : flatten(data.aws_subnets.default[*].ids)

  # Sorted, so that the same subnets come in the same order; a Studio takes 5 at most.
  chosen_subnet_ids = var.mode == "default" ? slice(sort(local.default_subnet_ids), 0, min(5, length(local.default_subnet_ids))) : []
}

# AmazonEMRServicePolicy_v2 acts only in a network that carries a tag, and EMR Studio's role too. But the default VPC is
# everybody's: were the tag one project's, a destroy would take it from all others. The control plane puts it there
# (orchard/infrastructure/default_vpc.py) and nothing takes it away, nor does the upgrade of an older state.
removed {
  from = aws_ec2_tag.default_network

  lifecycle {
    destroy = false
  }
}
