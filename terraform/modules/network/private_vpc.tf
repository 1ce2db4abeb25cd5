# Everything in this file is free of charge. What costs by the hour (the NAT gateway) comes and goes with a cluster.
locals {
  private = var.mode == "private"

  # Eight equal parts: private subnets from the bottom, the public one (of the NAT gateway) at the top.
  private_subnets = local.private ? { for i, zone in var.zones : zone => cidrsubnet(var.vpc_cidr, 3, i) } : {}
}

resource "aws_vpc" "private" {
  #checkov:skip=CKV2_AWS_11:Flow logs cost by the GB and name the addresses of people's machines; switch them on when a case needs them
  count                = local.private ? 1 : 0
  cidr_block           = var.vpc_cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = { Name = var.project }
}

# Adopted to be emptied: what is put into a VPC without naming a group is reachable by nothing.
resource "aws_default_security_group" "private" {
  count  = local.private ? 1 : 0
  vpc_id = aws_vpc.private[0].id
}

resource "aws_subnet" "private" {
  for_each          = local.private_subnets
  vpc_id            = aws_vpc.private[0].id
  availability_zone = "${var.region}${each.key}"
  cidr_block        = each.value
  # Said aloud for reviewers; it is also the default.
  map_public_ip_on_launch = false
  tags                    = { Name = "${var.project}-private-${each.key}" }
}

# One table a subnet: each cluster puts the route to its own NAT gateway into the table of its own subnet, so that
# taking one cluster down does not cut off another.
resource "aws_route_table" "private" {
  for_each = local.private_subnets
  vpc_id   = aws_vpc.private[0].id
  tags     = { Name = "${var.project}-private-${each.key}" }
}

resource "aws_route_table_association" "private" {
  for_each       = local.private_subnets
  subnet_id      = aws_subnet.private[each.key].id
  route_table_id = aws_route_table.private[each.key].id
}

# Photographs and logs reach S3 without the NAT gateway, which would bill them by the GB.
resource "aws_vpc_endpoint" "s3" {
  count             = local.private ? 1 : 0
  vpc_id            = aws_vpc.private[0].id
  service_name      = "com.amazonaws.${var.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [for zone in var.zones : aws_route_table.private[zone].id]
  tags              = { Name = "${var.project}-s3" }
}
