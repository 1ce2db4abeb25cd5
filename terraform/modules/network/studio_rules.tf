# Exactly the three rules of the Amazon EMR Management Guide, "Define security groups to control EMR Studio network
# traffic". A workspace has no inbound rule at all.
resource "aws_vpc_security_group_ingress_rule" "engine_from_workspace" {
  security_group_id            = aws_security_group.this["engine"].id
  referenced_security_group_id = aws_security_group.this["workspace"].id
  description                  = "Notebook kernels"
  ip_protocol                  = "tcp"
  from_port                    = 18888
  to_port                      = 18888
}

resource "aws_vpc_security_group_egress_rule" "workspace_to_engine" {
  security_group_id            = aws_security_group.this["workspace"].id
  referenced_security_group_id = aws_security_group.this["engine"].id
  description                  = "Notebook kernels"
  ip_protocol                  = "tcp"
  from_port                    = 18888
  to_port                      = 18888
}

resource "aws_vpc_security_group_egress_rule" "workspace_to_git" {
  security_group_id = aws_security_group.this["workspace"].id
  description       = "Git over HTTPS"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
