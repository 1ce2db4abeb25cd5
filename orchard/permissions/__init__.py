"""The permissions that whoever acts with Orchard needs, as IAM policies: `*.permissions.toml` of the rooms, rendered."""
