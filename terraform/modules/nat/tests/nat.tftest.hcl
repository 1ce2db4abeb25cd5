mock_provider "aws" {}

variables {
  name             = "orchard-main"
  public_subnet_id = "subnet-1"
  route_table_id   = "rtb-1"
}

run "way_out" {
  command = plan

  assert {
    condition     = aws_route.to_internet.route_table_id == "rtb-1" && aws_route.to_internet.destination_cidr_block == "0.0.0.0/0" && aws_nat_gateway.this.subnet_id == "subnet-1"
    error_message = "The private subnet's way out is the gateway in the public one."
  }
}
