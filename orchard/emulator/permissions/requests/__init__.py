"""What a request asks for: an operation, the IAM actions that it is, on which resources, and in which context."""
