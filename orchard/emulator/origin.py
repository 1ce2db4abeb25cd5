"""Where a request comes from: nothing that a web page can send is taken, whatever it carries.

The emulator listens on the loopback interface, which the user's browser reaches for any page that it shows. A browser
says so (`Origin`), asks first (a preflight, OPTIONS), or names the page's own host, which the page's owner has let lead
here meanwhile ("DNS rebinding").
"""

import re
from typing import Any

# This machine, or a bucket of it: `<bucket>.localhost`, which every resolver that knows RFC 6761 finds here.
OWN = re.compile(r"(127\.0\.0\.1|([a-z0-9.-]+\.)?localhost)(:\d{1,5})?", re.IGNORECASE)


def foreign(environ: dict[str, Any]) -> str | None:
    """Say why a request is none of a program of this machine; None for one that may be."""
    if "HTTP_ORIGIN" in environ or environ["REQUEST_METHOD"] == "OPTIONS":
        return "The local AWS does not answer web pages."
    if not OWN.fullmatch(environ.get("HTTP_HOST", "")):
        return f"The local AWS answers to localhost and 127.0.0.1, not to {environ.get('HTTP_HOST') or 'no name'}."
    return None
