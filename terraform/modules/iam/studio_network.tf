# What EMR Studio does in the network. Every change is limited to what carries the EMR tag; the statements marked
# `as is` must, says the guide, not be changed.
locals {
  tagged       = { StringEquals = { "aws:ResourceTag/${local.emr_tag}" = "true" } }
  tagged_newly = { StringEquals = { "aws:RequestTag/${local.emr_tag}" = "true" } }

  studio_network = [
    {
      Sid       = "ConnectWorkspaces"
      Effect    = "Allow"
      Action    = ["ec2:CreateNetworkInterfacePermission", "ec2:DeleteNetworkInterface"]
      Resource  = "${local.ec2}:network-interface/*"
      Condition = local.tagged
    },
    {
      # As is.
      Sid      = "ModifyInterfaces"
      Effect   = "Allow"
      Action   = "ec2:ModifyNetworkInterfaceAttribute"
      Resource = ["${local.ec2}:instance/*", "${local.ec2}:network-interface/*", "${local.ec2}:security-group/*"]
    },
    {
      # The guide writes `*`; these two resource types are all that the actions know.
      Sid    = "ChangeTaggedGroups"
      Effect = "Allow"
      Action = [
        "ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress",
        "ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress", "ec2:DeleteNetworkInterfacePermission",
      ]
      Resource  = ["${local.ec2}:security-group/*", "${local.ec2}:network-interface/*"]
      Condition = local.tagged
    },
    {
      Sid       = "CreateTaggedGroups"
      Effect    = "Allow"
      Action    = "ec2:CreateSecurityGroup"
      Resource  = "${local.ec2}:security-group/*"
      Condition = local.tagged_newly
    },
    {
      Sid       = "CreateGroupsInTaggedVpc"
      Effect    = "Allow"
      Action    = "ec2:CreateSecurityGroup"
      Resource  = "${local.ec2}:vpc/*"
      Condition = local.tagged
    },
    {
      # As is.
      Sid       = "TagNewGroups"
      Effect    = "Allow"
      Action    = "ec2:CreateTags"
      Resource  = "${local.ec2}:security-group/*"
      Condition = { StringEquals = { "aws:RequestTag/${local.emr_tag}" = "true", "ec2:CreateAction" = "CreateSecurityGroup" } }
    },
    {
      Sid       = "CreateTaggedInterfaces"
      Effect    = "Allow"
      Action    = "ec2:CreateNetworkInterface"
      Resource  = "${local.ec2}:network-interface/*"
      Condition = local.tagged_newly
    },
    {
      Sid       = "CreateInterfacesInTaggedNetwork"
      Effect    = "Allow"
      Action    = "ec2:CreateNetworkInterface"
      Resource  = ["${local.ec2}:subnet/*", "${local.ec2}:security-group/*"]
      Condition = local.tagged
    },
    {
      # As is.
      Sid       = "TagNewInterfaces"
      Effect    = "Allow"
      Action    = "ec2:CreateTags"
      Resource  = "${local.ec2}:network-interface/*"
      Condition = { StringEquals = { "ec2:CreateAction" = "CreateNetworkInterface" } }
    },
    {
      # EC2's Describe actions have no resource types: nothing narrower than `*` exists.
      Sid    = "ReadNetwork"
      Effect = "Allow"
      Action = [
        "ec2:DescribeInstances", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets", "ec2:DescribeTags", "ec2:DescribeVpcs",
      ]
      Resource = "*"
    },
  ]
}
