"""What is there, what it costs, and what will end it: gathered, modelled, shown."""
