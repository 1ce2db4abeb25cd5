resource "aws_iam_role" "end" {
  name        = "${var.name}-end-of-life"
  description = "Lets EventBridge Scheduler end one cluster"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "SchedulerAssumes"
      Effect    = "Allow"
      Principal = { Service = "scheduler.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:aws:scheduler:${var.region}:${var.account_id}:schedule-group/default" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "end" {
  name = "end-one-cluster"
  role = aws_iam_role.end.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "EndThisCluster"
        Effect   = "Allow"
        Action   = "elasticmapreduce:TerminateJobFlows"
        Resource = var.cluster_arn
      },
      {
        Sid      = "ReadOwnSchedule"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = var.key_arn
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "eu_only" {
  role       = aws_iam_role.end.name
  policy_arn = var.eu_only_policy_arn
}
