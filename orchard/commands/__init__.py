"""The tasks, a module for each group of them: each parses its flags, calls the package and prints."""
