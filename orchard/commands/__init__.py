"""The namespaced tasks, a module for each namespace."""
