"""English words in what should be French."""

import re

# Words that few English sentences do without, and that French does not have.
WORDS = {
    *("the", "of", "and", "with", "is", "are", "was", "were", "not", "its", "from", "by", "to", "for", "that", "this"),
    *("which", "no", "per", "it", "has", "have", "been", "nothing", "than", "more", "each", "how", "what", "when"),
    *("where", "their", "they"),
}


def english(text: str) -> list[str]:
    """Return the lines with such words, so that a test can name what is left."""
    return [line for line in text.splitlines() if WORDS & set(re.findall(r"[^\W\d_]+", line.lower()))]
