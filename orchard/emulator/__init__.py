"""An AWS on this machine: moto's server, the parts of Amazon EMR that moto lacks, and steps that really run.

The control plane imports what starts, finds and stops the server (`process`) and what makes clients for it, nothing
else; what the emulator takes from the rest of Orchard is in `outside`. It also serves alone (`python -m
orchard.emulator serve`) and in the tests of others (`pytest_plugin`).
"""
