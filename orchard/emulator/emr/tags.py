"""Tags as EMR takes them (Management Guide, "Tag and categorize Amazon EMR cluster resources")."""

from typing import Any

from orchard.emulator.emr.errors import InvalidRequestException

LONGEST_KEY, LONGEST_VALUE = 128, 256


def checked(tags: list[dict[str, Any]]) -> dict[str, str]:
    """Give plain tags by their keys; the texts are those that Yelp/mrjob records (tests/mock_boto3/emr.py).

    Raises:
        InvalidRequestException: a key or a value is missing or too long.
    """
    for tag in tags:
        key, value = tag.get("Key") or "", tag.get("Value") or ""
        if not 1 <= len(key) <= LONGEST_KEY:
            raise InvalidRequestException(
                f"Invalid tag key: '{key or 'null'}'. "
                f"Tag keys must be between 1 and {LONGEST_KEY} characters in length."
            )
        if len(value) > LONGEST_VALUE:
            raise InvalidRequestException(
                f"Invalid tag value: '{value}'. Tag values must be between 1 and {LONGEST_VALUE} characters in length."
            )
    return {tag["Key"]: tag.get("Value") or "" for tag in tags}
