resource "aws_iam_role" "node" {
  name        = local.node_name
  description = "Cluster nodes: read code and data, write results and logs, in one bucket"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Ec2Assumes"
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

# EMR refuses an instance profile that is not called as its role.
resource "aws_iam_instance_profile" "node" {
  name = aws_iam_role.node.name
  role = aws_iam_role.node.name
}

locals {
  # Neither the photographs nor the code nor the records of runs: a job gone wrong cannot spoil its own input. EMRFS
  # puts a marker, such as `features_$folder$`, beside a new folder.
  node_writes = concat(
    flatten([for prefix in values(var.results) : ["${prefix}*", "${trimsuffix(prefix, "/")}_$folder$"]]),
    ["${var.prefixes.logs}*", "${var.prefixes.jupyter}*"],
  )
}

resource "aws_iam_role_policy" "node" {
  name = "one-bucket"
  role = aws_iam_role.node.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ListBucket"
        Effect   = "Allow"
        Action   = ["s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"]
        Resource = local.bucket_arn
      },
      {
        Sid      = "ReadBucket"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = "${local.bucket_arn}/*"
      },
      {
        Sid      = "WriteResultsAndLogs"
        Effect   = "Allow"
        Action   = ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
        Resource = [for pattern in local.node_writes : "${local.bucket_arn}/${pattern}"]
      },
      {
        Sid      = "UseKey"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:DescribeKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
        Resource = distinct([var.key_arn, var.disk_key_arn])
      },
      {
        # Sessions without SSH. Less than AmazonSSMManagedInstanceCore, which also reads every parameter of the
        # account. The channels have no resource type, so nothing narrower than `*` exists (Service Authorization
        # Reference, "Amazon Session Manager Message Gateway Service").
        Sid      = "OpenSessions"
        Effect   = "Allow"
        Action   = ["ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"]
        Resource = "*"
      },
      {
        Sid      = "ReportToSessionManager"
        Effect   = "Allow"
        Action   = "ssm:UpdateInstanceInformation"
        Resource = ["${local.ec2}:instance/*", "arn:aws:ssm:${var.region}:${var.account_id}:managed-instance/*"]
      },
    ]
  })
}
