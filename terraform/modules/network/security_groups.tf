locals {
  vpc_id = local.private ? aws_vpc.private[0].id : local.default_vpc_id

  descriptions = merge(
    {
      primary   = "EMR managed: the primary node"
      core      = "EMR managed: core and task nodes"
      engine    = "EMR Studio: the notebook engine on the primary node"
      workspace = "EMR Studio: workspaces"
    },
    # EMR asks for this group in private subnets and refuses it in public ones.
    local.private ? { service = "EMR managed: the way in for the EMR service" } : {},
  )
}

resource "aws_security_group" "this" {
  #checkov:skip=CKV2_AWS_5:The cluster root attaches these groups to clusters, the studio module to the Studio
  for_each    = local.descriptions
  name        = "${var.project}-${each.key}"
  description = each.value
  vpc_id      = local.vpc_id
  tags        = { Name = "${var.project}-${each.key}" }

  # EMR adds rules between its groups and never removes them; a group that another's rule names cannot be deleted
  # (hashicorp/terraform-provider-aws issue 1454).
  revoke_rules_on_delete = true
}
