# The role by which a cluster's schedule ends it. It is the foundation's, and not each cluster's own: a schedule can then
# be made, and is obeyed, before there is a cluster.
resource "aws_iam_role" "end_of_life" {
  name        = "${local.prefix}-end-of-life"
  description = "Lets EventBridge Scheduler end the project's clusters"
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

resource "aws_iam_role_policy" "end_of_life" {
  name = "end-clusters"
  role = aws_iam_role.end_of_life.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "EndClusters"
        Effect    = "Allow"
        Action    = "elasticmapreduce:TerminateJobFlows"
        Resource  = "${local.emr}:cluster/*"
        Condition = local.of_this_project
      },
      {
        Sid      = "ReadOwnSchedule"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = var.key_arn
      },
      {
        # A call that EMR refuses is kept, and tells of itself (modules/guardrails).
        Sid      = "KeepWhatFailed"
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = "arn:aws:sqs:${var.region}:${var.account_id}:${var.project}-failed-ends"
      },
    ]
  })
}
