"""What things cost: a table of prices with its date, arithmetic, estimates from measured throughput, statements."""
