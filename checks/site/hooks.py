"""What MkDocs's settings cannot say; MkDocs calls these, in the site's own environment."""

import html
import re
from typing import Any


def on_config(config: Any) -> Any:
    """Give headings the anchors that GitHub gives them, and leave diagrams to Mermaid."""
    settings = config["mdx_configs"]
    settings["toc"]["slugify"] = _anchor
    settings.setdefault("pymdownx.superfences", {})["custom_fences"] = [
        {"name": "mermaid", "class": "mermaid", "format": _diagram}
    ]
    return config


def on_post_page(output: str, page: Any, config: Any) -> str:
    """Say that French pages are French, to browsers and to whoever has pages read aloud."""
    french = page.file.src_uri.startswith("fr/")
    return output.replace('<html lang="en"', '<html lang="fr"', 1) if french else output


def _anchor(heading: str, separator: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower().replace("\N{NO-BREAK SPACE}", " ")).strip().replace(" ", separator)


def _diagram(source: str, *_: Any, **__: Any) -> str:
    return f'<div class="diagram"><pre class="mermaid"><code>{html.escape(source)}</code></pre></div>'
