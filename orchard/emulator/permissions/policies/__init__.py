"""IAM's policies: what they say, and whether by them a principal may do something. Nothing here knows moto."""
