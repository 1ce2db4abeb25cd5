# A group of this cluster's own, so that SSH closes when the cluster goes and no other cluster has it.
resource "aws_security_group" "ssh" {
  #checkov:skip=CKV2_AWS_5:Attached to the primary node through additional_master_security_groups
  count                  = var.ssh == null ? 0 : 1
  name                   = "${var.name}-ssh"
  description            = "SSH to the primary node, from one address"
  vpc_id                 = var.vpc_id
  revoke_rules_on_delete = true
}

resource "aws_vpc_security_group_ingress_rule" "ssh" {
  count             = var.ssh == null ? 0 : 1
  security_group_id = aws_security_group.ssh[0].id
  description       = "JupyterHub over SSH"
  cidr_ipv4         = var.ssh.cidr
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
}

resource "aws_key_pair" "ssh" {
  count      = var.ssh == null ? 0 : 1
  key_name   = var.name
  public_key = var.ssh.public_key
}
