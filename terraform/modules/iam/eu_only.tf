# `eu-*` would be wrong: London (eu-west-2) and Zurich (eu-central-2) are not in the EU.
resource "aws_iam_policy" "eu_only" {
  name        = "${local.prefix}-eu-only"
  description = "Denies everything outside the AWS regions in the EU"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "DenyOutsideTheEu"
      Effect = "Deny"
      # Global services that answer from us-east-1 whatever region one is in; neither holds the data.
      NotAction = ["iam:*", "sts:*"]
      # A Deny must cover everything to be a promise.
      Resource  = "*"
      Condition = { StringNotEquals = { "aws:RequestedRegion" = var.eu_regions } }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "eu_only" {
  for_each = {
    emr_service    = aws_iam_role.emr_service.name
    node           = aws_iam_role.node.name
    studio_service = aws_iam_role.studio_service.name
    end_of_life    = aws_iam_role.end_of_life.name
  }
  role       = each.value
  policy_arn = aws_iam_policy.eu_only.arn
}
