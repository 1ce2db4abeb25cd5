"""The step executor: what command-runner.jar does on the primary node, done on this machine."""
