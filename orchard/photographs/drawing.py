"""Draws fruit-like pictures in the layout of Fruits-360, so that Orchard can be tried before any download.

Lit balls in fruits' colours, shapes and skins, on white, 100 x 100 JPEG: enough for classes to part in the principal
components, and not to be mistaken for photographs.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

SIZE = 100
LIGHT = np.array([-0.4, -0.5, 0.77])  # from the upper left, towards the viewer


class Fruit(NamedTuple):
    """How a class looks: two colours of its skin (RGB), its width to height, and its skin."""

    name: str
    base: tuple[int, int, int]
    blush: tuple[int, int, int]
    aspect: float
    skin: str  # smooth, dotted, striped, or halved (flesh and pips)


FRUITS = (
    Fruit("Apple Golden", (214, 190, 70), (190, 120, 50), 1.0, "dotted"),
    Fruit("Apple Granny", (120, 175, 50), (150, 195, 80), 1.0, "smooth"),
    Fruit("Apple Red", (170, 25, 35), (205, 140, 60), 1.0, "smooth"),
    Fruit("Blueberry", (60, 70, 120), (40, 45, 85), 1.05, "smooth"),
    Fruit("Kiwi", (105, 150, 50), (215, 220, 150), 1.15, "halved"),
    Fruit("Lemon", (240, 210, 40), (225, 185, 30), 1.35, "dotted"),
    Fruit("Orange", (235, 130, 25), (220, 105, 20), 1.0, "dotted"),
    Fruit("Plum", (85, 35, 85), (130, 60, 110), 0.85, "smooth"),
    Fruit("Strawberry", (200, 30, 40), (235, 200, 90), 0.8, "dotted"),
    Fruit("Watermelon", (45, 110, 50), (20, 60, 30), 1.2, "striped"),
)


def draw(root: Path, per_class: int = 40) -> int:
    """Draw `per_class` Training and a third as many Test pictures of each fruit under `root`.

    The same pictures each time; those already there are kept. Returns how many there are in all.
    """
    total = 0
    for split, count in (("Training", per_class), ("Test", -(-per_class // 3))):
        for number, fruit in enumerate(FRUITS):
            folder = root / split / fruit.name
            folder.mkdir(parents=True, exist_ok=True)
            for index in range(count):
                path = folder / f"{index}_100.jpg"
                if not path.exists():
                    seed = (number, index, split == "Test")
                    Image.fromarray(picture(fruit, np.random.default_rng(seed))).save(path, quality=90)
                total += 1
    return total


def picture(fruit: Fruit, random: np.random.Generator) -> np.ndarray:
    """Draw one picture: uint8 (100, 100, 3)."""
    axis = np.linspace(-1.15, 1.15, SIZE)
    across, down = np.meshgrid(axis, axis)
    turn = random.uniform(0, 2 * np.pi)
    x = (across * np.cos(turn) + down * np.sin(turn)) / np.sqrt(fruit.aspect)
    y = (down * np.cos(turn) - across * np.sin(turn)) * np.sqrt(fruit.aspect)
    radius = np.hypot(x, y) / random.uniform(0.9, 1.0)
    height = np.sqrt(np.clip(1 - radius**2, 0, 1))
    blush = _skin(fruit.skin, x, y, radius, random)[..., np.newaxis]
    colour = np.array(fruit.base) * (1 - blush) + np.array(fruit.blush) * blush
    normal = np.stack([across, down, height], axis=-1)
    shade = 0.45 + 0.65 * np.clip(normal @ LIGHT, 0, 1)
    gleam = 70 * np.clip(normal @ LIGHT, 0, 1) ** 24
    lit = colour * shade[..., np.newaxis] + gleam[..., np.newaxis] + random.normal(0, 3, (SIZE, SIZE, 1))
    edge = np.clip((1 - radius) * 20, 0, 1)[..., np.newaxis]
    return np.clip(lit * edge + 255 * (1 - edge), 0, 255).astype(np.uint8)


def _skin(kind: str, x: np.ndarray, y: np.ndarray, radius: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return how much of the second colour shows at each point, 0 to 1, float64 (100, 100)."""
    drift = random.uniform(-0.5, 0.5)
    soft = 1 / (1 + np.exp(-4 * (x + drift)))
    if kind == "striped":
        return 0.5 + 0.5 * np.sin(9 * x + 0.8 * np.sin(6 * y + drift))
    if kind == "dotted":
        return np.where(random.random(x.shape) < 0.06, 1.0, 0.3 * soft)
    if kind == "halved":
        pips = (np.abs(radius - 0.4) < 0.06) & (np.sin(14 * np.arctan2(y, x)) > 0.3)
        return np.where(pips, 0.0, np.clip(1.2 - 2 * radius, 0, 1))
    return soft
