"""A contributor's tools, beside the product: tests, locks, documents, Terraform and policies are checked here."""
