"""What whoever acts with Orchard must be allowed, as IAM policies: `*.permissions.toml` of the rooms, filled in."""
