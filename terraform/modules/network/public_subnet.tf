# Where a cluster's NAT gateway stands. No instance is ever started in it.
resource "aws_internet_gateway" "public" {
  count  = local.private ? 1 : 0
  vpc_id = aws_vpc.private[0].id
  tags   = { Name = var.project }
}

resource "aws_subnet" "public" {
  count             = local.private ? 1 : 0
  vpc_id            = aws_vpc.private[0].id
  availability_zone = "${var.region}${var.zones[0]}"
  cidr_block        = cidrsubnet(var.vpc_cidr, 3, 7)
  # Said aloud for reviewers; it is also the default.
  map_public_ip_on_launch = false
  tags                    = { Name = "${var.project}-public" }
}

resource "aws_route_table" "public" {
  count  = local.private ? 1 : 0
  vpc_id = aws_vpc.private[0].id
  tags   = { Name = "${var.project}-public" }
}

resource "aws_route" "public_to_internet" {
  count                  = local.private ? 1 : 0
  route_table_id         = aws_route_table.public[0].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.public[0].id
}

resource "aws_route_table_association" "public" {
  count          = local.private ? 1 : 0
  subnet_id      = aws_subnet.public[0].id
  route_table_id = aws_route_table.public[0].id
}
