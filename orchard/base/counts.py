"""Numbers of things, in words."""


def counted(number: int, word: str) -> str:
    """Return `1 image`, `2,000 images`, `3 classes`."""
    plural = word + ("es" if word.endswith("s") else "s")
    return f"{number:,} {word if number == 1 else plural}"


def images_a_second(rate: float) -> str:
    """Return `210 images/s`, and of few the tenths as well: `1.4 images/s`."""
    told = f"{rate:,.0f}" if rate >= 9.95 else f"{rate:.1f}".removesuffix(".0")
    return f"{told} {'image' if told == '1' else 'images'}/s"


def are(number: int, word: str) -> str:
    """Return `1 image is`, `2,000 images are`."""
    return f"{counted(number, word)} {'is' if number == 1 else 'are'}"
