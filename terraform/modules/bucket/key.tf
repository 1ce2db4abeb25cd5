locals {
  key_policy = {
    Version = "2012-10-17"
    Statement = [
      {
        # In a key policy, `*` is this key itself. Without the account as administrator, nobody could ever
        # change or delete the key; with it, IAM policies decide (AWS KMS Developer Guide, "Default key policy").
        Sid       = "AccountAdministersKey"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${var.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        # Alarms publish to an encrypted topic: the sender needs the key. `*` is this key itself.
        Sid       = "AlarmsUseKey"
        Effect    = "Allow"
        Principal = { Service = "cloudwatch.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
      },
    ]
  }
}

# One key for everything at rest: objects, cluster disks, logs, notebooks, alarms.
resource "aws_kms_key" "data" {
  description             = "${var.project}: data, cluster disks, logs, notebooks and alarms"
  enable_key_rotation     = true
  deletion_window_in_days = 7
  policy                  = jsonencode(local.key_policy)
}

resource "aws_kms_alias" "data" {
  name          = "alias/${var.project}-data"
  target_key_id = aws_kms_key.data.key_id
}
