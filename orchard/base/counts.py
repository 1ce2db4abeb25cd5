"""Numbers of things, in words."""


def counted(number: int, word: str) -> str:
    """Return `1 image`, `2,000 images`, `3 classes`."""
    plural = word + ("es" if word.endswith("s") else "s")
    return f"{number:,} {word if number == 1 else plural}"


def are(number: int, word: str) -> str:
    """Return `1 image is`, `2,000 images are`."""
    return f"{counted(number, word)} {'is' if number == 1 else 'are'}"
