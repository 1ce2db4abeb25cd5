"""boto3 for an emulator, whatever profiles and variables the user has."""

import os

import boto3
import botocore.session

from orchard.emulator.credentials import Credentials


def isolated(own: Credentials) -> boto3.Session:
    """Make a session that reads neither profiles nor configuration files: AWS_PROFILE may name one of the real AWS."""
    nothing, nowhere = (None, None, None, None), (None, None, os.devnull, None)
    session = botocore.session.Session(
        {"profile": nothing, "config_file": nowhere, "credentials_file": nowhere, "ca_bundle": nothing}
    )
    return boto3.Session(own.key_id, own.secret, botocore_session=session)
