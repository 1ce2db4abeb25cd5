"""Request members as plain Python values."""

from typing import Any


def plain(value: Any) -> Any:
    """Turn moto's case-blind dictionaries into ordinary ones with the member names of the EMR API Reference."""
    if hasattr(value, "original_dict"):
        value = value.original_dict()
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    return [plain(member) for member in value] if isinstance(value, list) else value
