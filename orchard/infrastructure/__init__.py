"""What Terraform makes: its roots and their state, what it needs beforehand, and what it does not know of."""
