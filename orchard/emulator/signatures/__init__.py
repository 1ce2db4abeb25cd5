"""Signature Version 4 from the other side: who sent a request, whether it is fresh, and whether it arrived as it left.

The canonical form that is signed is botocore's (`botocore.auth`); what a server has to do besides is in the IAM User
Guide, "AWS Signature Version 4 for API requests", and in the Amazon S3 API Reference, "Authenticating Requests (AWS
Signature Version 4)".
"""
