"""Keys with a line feed find their way.

moto 5.2.5 moto_server/utilities.py `RegexConverter` matches addresses with `.+`, which ends at a line feed: 404.
"""

from typing import Any

from moto.moto_server.utilities import RegexConverter


def install() -> None:
    """Let a dot stand for a line feed, too."""
    init = RegexConverter.__init__

    def with_line_feeds(self: RegexConverter, url_map: Any, *items: Any) -> None:
        init(self, url_map, *items)
        self.regex = f"(?s:{self.regex})"

    RegexConverter.__init__ = with_line_feeds
