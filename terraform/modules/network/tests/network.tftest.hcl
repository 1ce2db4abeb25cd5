mock_provider "aws" {
  mock_data "aws_vpc" {
    defaults = { id = "vpc-0default" }
  }
  mock_data "aws_prefix_list" {
    defaults = { id = "pl-0s3" }
  }
  mock_data "aws_subnets" {
    defaults = { ids = ["subnet-c", "subnet-a", "subnet-b"] }
  }
}

variables {
  project = "orchard"
  region  = "eu-west-3"
}

run "default_vpc_is_found" {
  command = plan

  assert {
    condition     = output.vpc_id == "vpc-0default" && output.subnet_ids == tolist(["subnet-a", "subnet-b", "subnet-c"])
    error_message = "The default VPC is looked up, its subnets in a stable order."
  }
  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_egress_rule.http_to_s3 : rule.prefix_list_id == "pl-0s3" && rule.from_port == 80 && rule.to_port == 80]) && length(aws_vpc_security_group_egress_rule.http_to_s3) == 2
    error_message = "Nodes reach the repositories in S3 by plain HTTP, too."
  }
  assert {
    condition     = sort(keys(aws_security_group.this)) == tolist(["core", "engine", "primary", "workspace"])
    error_message = "In public subnets there is no group for EMR's service access."
  }
  assert {
    condition     = length(aws_vpc.private) == 0 && output.nat_subnet_id == null
    error_message = "The default network makes no VPC."
  }
}

run "default_vpc_is_given" {
  command = plan
  variables {
    default_vpc       = { vpc_id = "vpc-1", subnet_ids = ["s6", "s5", "s4", "s3", "s2", "s1"] }
    s3_prefix_list_id = "pl-1"
  }
  assert {
    condition     = length(data.aws_vpc.default) == 0 && length(data.aws_prefix_list.s3) == 0 && output.subnet_ids == tolist(["s1", "s2", "s3", "s4", "s5"])
    error_message = "Nothing is looked up, and a Studio's limit of five subnets is kept."
  }
}

run "private_network" {
  command = apply
  variables { mode = "private" }

  assert {
    condition     = length(aws_subnet.private) == 2 && length(distinct([for subnet in aws_subnet.private : subnet.availability_zone])) == 2
    error_message = "Private subnets lie in two zones."
  }
  assert {
    condition     = alltrue([for subnet in concat(values(aws_subnet.private), aws_subnet.public) : !subnet.map_public_ip_on_launch])
    error_message = "Nothing gets a public address by itself."
  }
  assert {
    condition     = length(aws_route.public_to_internet) == 1 && length(aws_route_table.private) == 2
    error_message = "Each private subnet has its own table, without a way out until a cluster brings its NAT gateway."
  }
  assert {
    condition     = aws_vpc_endpoint.s3[0].vpc_endpoint_type == "Gateway"
    error_message = "S3 is reached by the endpoint that costs nothing."
  }
  assert {
    condition     = length(aws_default_security_group.private[0].ingress) == 0 && length(aws_default_security_group.private[0].egress) == 0
    error_message = "The VPC's default group lets nothing through."
  }
  assert {
    condition     = contains(keys(output.security_group_ids), "service") && length(output.route_table_ids) == 2
    error_message = "A private subnet needs the service group and hands out its route tables."
  }
}

run "groups_are_closed" {
  command = plan
  variables { mode = "private" }

  assert {
    condition = alltrue([for rule in concat(
      values(aws_vpc_security_group_ingress_rule.between_nodes), values(aws_vpc_security_group_ingress_rule.nodes_from_service),
      aws_vpc_security_group_ingress_rule.service_from_primary, [aws_vpc_security_group_ingress_rule.engine_from_workspace],
    ) : rule.cidr_ipv4 == null && rule.cidr_ipv6 == null && rule.prefix_list_id == null])
    error_message = "Nothing comes in from an address, SSH included: only from the cluster's own groups."
  }
  assert {
    condition     = alltrue([for group in aws_security_group.this : group.revoke_rules_on_delete])
    error_message = "Groups that name each other could not be deleted."
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.engine_from_workspace.from_port == 18888 && aws_vpc_security_group_ingress_rule.engine_from_workspace.to_port == 18888
    error_message = "The engine is reached at port 18888 only."
  }
  assert {
    condition     = alltrue([for rule in concat(values(aws_vpc_security_group_egress_rule.https), [aws_vpc_security_group_egress_rule.workspace_to_git]) : rule.from_port == 443 && rule.to_port == 443])
    error_message = "The internet is reached by HTTPS only."
  }
}

run "open_way_out" {
  command = plan
  variables { egress = "all" }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_egress_rule.all : rule.ip_protocol == "-1" && rule.cidr_ipv4 == "0.0.0.0/0"]) && length(aws_vpc_security_group_egress_rule.all) == 2
    error_message = "Nodes go wherever those of EMR's own groups go."
  }
  assert {
    condition     = length(aws_vpc_security_group_egress_rule.https) + length(aws_vpc_security_group_egress_rule.http_to_s3) == 0
    error_message = "Two rules for one thing could not be reviewed."
  }
}

run "wrong_values" {
  command = plan
  variables {
    mode        = "public"
    egress      = "http"
    default_vpc = { vpc_id = "vpc-1", subnet_ids = [] }
    vpc_cidr    = "8.8.0.0/16"
    zones       = ["a"]
  }
  expect_failures = [var.mode, var.egress, var.default_vpc, var.vpc_cidr, var.zones]
}
