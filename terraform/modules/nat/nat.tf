# A NAT gateway costs about as much by the hour as a small instance, so it lives exactly as long as its cluster.
# The cluster needs it to install packages and to reach the AWS APIs; S3 goes by the VPC endpoint.
resource "aws_eip" "this" {
  #checkov:skip=CKV2_AWS_19:The address belongs to the NAT gateway below, not to an instance
  domain = "vpc"
  tags   = { Name = "${var.name}-nat" }
}

resource "aws_nat_gateway" "this" {
  allocation_id = aws_eip.this.id
  subnet_id     = var.public_subnet_id
  tags          = { Name = var.name }
}

resource "aws_route" "to_internet" {
  route_table_id         = var.route_table_id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this.id
}
