resource "aws_iam_role" "emr_service" {
  name               = local.emr_service_name
  description        = "EMR itself: starts, resizes and ends instances"
  assume_role_policy = local.emr_assumes
}

# Limited by tag to what is meant for EMR, unlike its predecessor AmazonElasticMapReduceRole.
resource "aws_iam_role_policy_attachment" "emr_service" {
  role       = aws_iam_role.emr_service.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonEMRServicePolicy_v2"
}

resource "aws_iam_role_policy" "emr_service" {
  name = "what-the-managed-policy-lacks"
  role = aws_iam_role.emr_service.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # The managed policy passes EMR_EC2_DefaultRole only.
        Sid       = "PassNodeRole"
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = local.role_arns[local.node_name]
        Condition = { StringEquals = { "iam:PassedToService" = "ec2.amazonaws.com" } }
      },
      {
        # And does so for whoever starts a cluster: in an account that still has it, it reads every bucket.
        Sid         = "PassNoOtherRole"
        Effect      = "Deny"
        Action      = "iam:PassRole"
        NotResource = local.role_arns[local.node_name]
      },
      {
        # Disks of the nodes are encrypted with a key of ours (Amazon EMR Management Guide, "EBS encryption").
        Sid      = "UseKeyForDisks"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:DescribeKey"]
        Resource = var.disk_key_arn
      },
      {
        Sid       = "LendKeyToDisks"
        Effect    = "Allow"
        Action    = "kms:CreateGrant"
        Resource  = var.disk_key_arn
        Condition = { Bool = { "kms:GrantIsForAWSResource" = "true" } }
      },
      {
        # In an account that has never used Spot; the predecessor could do it, the v2 policy cannot.
        Sid       = "CreateSpotServiceRole"
        Effect    = "Allow"
        Action    = "iam:CreateServiceLinkedRole"
        Resource  = "arn:aws:iam::${var.account_id}:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot"
        Condition = { StringEquals = { "iam:AWSServiceName" = "spot.amazonaws.com" } }
      },
    ]
  })
}
