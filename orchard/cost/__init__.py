"""What things cost: a table of prices with its date, arithmetic, estimates from measured throughput, statements."""

from orchard.cost.prices import of_requests, table
from orchard.cost.statement import Hourly, hourly, statement

__all__ = ["Hourly", "hourly", "of_requests", "statement", "table"]
