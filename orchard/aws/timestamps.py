"""Points in time in AWS's answers, read quickly: a listing has one for each of 67,692 keys.

botocore reads them by dateutil, which tries every notation that it knows and takes 0.2 ms for each: 70 % of the time
that a listing takes on this machine. Python's own parser reads the notation of ISO 8601, the one in XML, in 0.3 us.
"""

from datetime import datetime
from typing import Any

import boto3
from botocore.utils import parse_timestamp


def quicken(session: boto3.Session) -> boto3.Session:
    """Make the clients that a session makes from now on read ISO 8601 quickly, and all the rest as before."""
    # As the AWS CLI does to keep timestamps as they come; boto3 itself has no way to the parser.
    session._session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=parse)
    return session


def parse(value: Any) -> datetime:
    """Read a timestamp in any notation that botocore reads; raises ValueError as botocore does."""
    if isinstance(value, str) and len(value) > len("2026-11-21") and value[4] == "-":
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            pass
    return parse_timestamp(value)
