"""IAM: who asks, for what, and whether the policies of both sides let them.

A request passes through here in this order: `calls` (what is asked for), `actions` (which IAM actions on which
resources that is), `principals` (who asks), `decision` (whether they may) and `refusals` (how AWS says no). What EMR
and the other services do on a customer's behalf comes in by `acting`.
"""
