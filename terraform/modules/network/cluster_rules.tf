# Inside a cluster everything talks to everything, by the rules that EMR would add itself if they were missing
# (Amazon EMR Management Guide, "Working with Amazon EMR-managed security groups"). Written here, they are reviewed,
# and EMR changes nothing.
locals {
  all_ports = { tcp = [0, 65535], udp = [0, 65535], icmp = [-1, -1] }

  pairs = { for pair in setproduct(["primary", "core"], ["primary", "core"], keys(local.all_ports)) :
    "${pair[0]}-from-${pair[1]}-${pair[2]}" => {
      to       = pair[0]
      from     = pair[1]
      protocol = pair[2]
      ports    = local.all_ports[pair[2]]
    }
  }
}

resource "aws_vpc_security_group_ingress_rule" "between_nodes" {
  for_each                     = local.pairs
  security_group_id            = aws_security_group.this[each.value.to].id
  referenced_security_group_id = aws_security_group.this[each.value.from].id
  description                  = "Hadoop and Spark: ${each.value.protocol} from ${each.value.from}"
  ip_protocol                  = each.value.protocol
  from_port                    = each.value.ports[0]
  to_port                      = each.value.ports[1]
}

resource "aws_vpc_security_group_egress_rule" "between_nodes" {
  for_each                     = { for key, pair in local.pairs : key => pair if pair.protocol == "tcp" }
  security_group_id            = aws_security_group.this[each.value.from].id
  referenced_security_group_id = aws_security_group.this[each.value.to].id
  description                  = "Hadoop and Spark to ${each.value.to}"
  ip_protocol                  = "-1"
}

locals {
  out_to_all   = var.egress == "all" ? toset(["primary", "core"]) : []
  out_by_https = var.egress == "https" ? toset(["primary", "core"]) : []
}

# S3, the AWS APIs, Amazon Linux's packages and PyPI: all of it HTTPS, none of it at addresses known beforehand.
resource "aws_vpc_security_group_egress_rule" "https" {
  for_each          = local.out_by_https
  security_group_id = aws_security_group.this[each.key].id
  description       = "S3, AWS APIs, packages"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

# What provisions the nodes reads some repositories of S3's by plain HTTP. Narrower than the Amazon EMR Management Guide,
# which opens all ports to S3 ("Working with Amazon EMR-managed security groups").
resource "aws_vpc_security_group_egress_rule" "http_to_s3" {
  for_each          = local.out_by_https
  security_group_id = aws_security_group.this[each.key].id
  description       = "Repositories in S3"
  prefix_list_id    = local.s3_list
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
}

# As EMR's own groups have it: for nodes that do not start by what is above.
resource "aws_vpc_security_group_egress_rule" "all" {
  for_each          = local.out_to_all
  security_group_id = aws_security_group.this[each.key].id
  description       = "Anything, as egress = all says"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

resource "aws_vpc_security_group_ingress_rule" "service_from_primary" {
  count                        = local.private ? 1 : 0
  security_group_id            = aws_security_group.this["service"].id
  referenced_security_group_id = aws_security_group.this["primary"].id
  description                  = "The primary node reports to EMR"
  ip_protocol                  = "tcp"
  from_port                    = 9443
  to_port                      = 9443
}

# Managed scaling dies without it.
resource "aws_vpc_security_group_egress_rule" "nodes_to_service" {
  for_each                     = local.private ? toset(["primary", "core"]) : []
  security_group_id            = aws_security_group.this[each.key].id
  referenced_security_group_id = aws_security_group.this["service"].id
  description                  = "Reports to EMR"
  ip_protocol                  = "tcp"
  from_port                    = 9443
  to_port                      = 9443
}

resource "aws_vpc_security_group_egress_rule" "service_to_nodes" {
  for_each                     = local.private ? toset(["primary", "core"]) : []
  security_group_id            = aws_security_group.this["service"].id
  referenced_security_group_id = aws_security_group.this[each.key].id
  description                  = "EMR manages the ${each.key} nodes"
  ip_protocol                  = "tcp"
  from_port                    = 8443
  to_port                      = 8443
}

resource "aws_vpc_security_group_ingress_rule" "nodes_from_service" {
  for_each                     = local.private ? toset(["primary", "core"]) : []
  security_group_id            = aws_security_group.this[each.key].id
  referenced_security_group_id = aws_security_group.this["service"].id
  description                  = "EMR manages the ${each.key} nodes"
  ip_protocol                  = "tcp"
  from_port                    = 8443
  to_port                      = 8443
}
