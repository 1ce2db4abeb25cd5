locals {
  # Each level adds to the one before (Amazon EMR Management Guide, "EMR Studio user permissions").
  levels = {
    basic        = concat(local.enter, local.notebooks, local.git)
    intermediate = concat(local.enter, local.notebooks, local.git, local.templates)
    advanced     = concat(local.enter, local.notebooks, local.git, local.templates, local.own_clusters)
  }
}

# All three exist, so that roles of a single sign-on can be given one by hand.
resource "aws_iam_policy" "studio_user" {
  for_each    = local.levels
  name        = "${local.prefix}-studio-${each.key}"
  description = "What ${each.key} users of EMR Studio may do"
  policy      = jsonencode({ Version = "2012-10-17", Statement = each.value })
}

# IAM users get theirs through a group, which exists only where somebody is in it.
resource "aws_iam_group" "studio" {
  for_each = toset(values(var.studio_users))
  name     = "${local.prefix}-studio-${each.key}"
}

resource "aws_iam_group_policy_attachment" "studio" {
  for_each   = aws_iam_group.studio
  group      = each.value.name
  policy_arn = aws_iam_policy.studio_user[each.key].arn
}

resource "aws_iam_group_policy_attachment" "eu_only" {
  for_each   = aws_iam_group.studio
  group      = each.value.name
  policy_arn = aws_iam_policy.eu_only.arn
}

# Adds a user and leaves the other groups that they are in alone.
resource "aws_iam_user_group_membership" "studio" {
  for_each = var.studio_users
  user     = each.key
  groups   = [aws_iam_group.studio[each.value].name]
}
