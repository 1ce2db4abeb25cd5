# IAM mode: people enter with the IAM identity they have; no user role, no session mapping (Amazon EMR Management
# Guide, "Choose an authentication mode for Amazon EMR Studio"). Workspaces themselves have no API: they are made
# and deleted in the Studio, by hand.
resource "aws_emr_studio" "this" {
  name                        = var.name
  description                 = "Notebooks for ${var.name}"
  auth_mode                   = "IAM"
  default_s3_location         = "s3://${var.bucket}/${var.workspaces_prefix}"
  encryption_key_arn          = var.key_arn
  service_role                = var.service_role_arn
  vpc_id                      = var.vpc_id
  subnet_ids                  = var.subnet_ids
  engine_security_group_id    = var.engine_security_group_id
  workspace_security_group_id = var.workspace_security_group_id
}
