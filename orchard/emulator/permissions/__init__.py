"""IAM: who asks, for what, and whether the policies of both sides let them.

A request passes through here in this order: `requests` (what is asked for, and which IAM actions on which resources
that is), `principals` (who asks), `policies` (whether they may) and `refusals` (how AWS says no). What EMR and other
services do on a customer's behalf comes in by `acting`.
"""
