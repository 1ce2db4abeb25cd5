"""An AWS on this machine: moto's server, the parts of Amazon EMR that moto lacks, and steps that really run.

Nothing here is imported by the control plane except `process`, which starts, finds and stops the server.
"""
