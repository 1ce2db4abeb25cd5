"""Draws fruits in the layout of Fruits-360, so that Orchard can be tried before any download.

Lit bodies of fruits' shapes, colours and skins, with stems, leaves and seeds, on a table: 100 x 100 JPEG. Enough for
classes to part in the principal components, and not to be mistaken for photographs.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

Plane = np.ndarray  # float32 (100, 100): a number for each point
RGB = tuple[int, int, int]

SIZE = 100
LIGHT = np.array([-0.4, -0.5, 0.77], np.float32)  # from the upper left, towards the viewer
LEAF, STEM, SEED = (86, 140, 52), (96, 66, 40), (40, 28, 22)
TABLES = np.array([(250, 247, 240), (238, 243, 248), (244, 248, 238), (249, 240, 240)], np.float32)


class Fruit(NamedTuple):
    """How a class looks: two colours of its skin, its form, its skin, and what it wears on top."""

    name: str
    base: RGB
    blush: RGB
    form: str  # round, dipped, oval, tipped or heart
    skin: str  # plain, pored, striped, seeded, bloomed or halved
    top: str  # stem, leaf (with a stem), calyx or nothing
    size: float = 1.0


FRUITS = (
    Fruit("Apple Golden", (226, 200, 84), (214, 150, 66), "dipped", "pored", "stem"),
    Fruit("Apple Granny", (124, 182, 54), (176, 212, 96), "dipped", "plain", "leaf"),
    Fruit("Apple Red", (184, 26, 38), (226, 150, 70), "dipped", "plain", "stem"),
    Fruit("Blueberry", (66, 82, 146), (150, 166, 206), "round", "bloomed", "nothing", 0.72),
    Fruit("Kiwi", (126, 176, 56), (226, 232, 176), "oval", "halved", "nothing"),
    Fruit("Lemon", (246, 216, 50), (232, 190, 36), "tipped", "pored", "nothing"),
    Fruit("Orange", (240, 138, 30), (224, 108, 22), "round", "pored", "leaf"),
    Fruit("Plum", (96, 40, 98), (160, 84, 130), "oval", "plain", "stem", 0.85),
    Fruit("Strawberry", (212, 30, 44), (236, 84, 70), "heart", "seeded", "calyx"),
    Fruit("Watermelon", (44, 116, 56), (148, 190, 96), "round", "striped", "nothing", 1.08),
)
Y, X = np.mgrid[-1.2 : 1.2 : SIZE * 1j, -1.2 : 1.2 : SIZE * 1j].astype(np.float32)


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
    turn = random.uniform(-0.5, 0.5) if fruit.form in ("dipped", "heart") else random.uniform(0, 2 * np.pi)
    size = fruit.size * random.uniform(0.86, 0.98)
    x, y = (X * np.cos(turn) + Y * np.sin(turn)) / size, (Y * np.cos(turn) - X * np.sin(turn)) / size
    u, v = _form(fruit.form, x, y)
    away = np.hypot(u, v)
    light = np.clip(np.stack([X / size, Y / size, np.sqrt(np.clip(1 - away**2, 0, 1))], -1) @ LIGHT, 0, 1)
    picture = _table(size, random)
    body = np.broadcast_to(np.array(fruit.base, np.float32), (SIZE, SIZE, 3))
    for share, colour in _skin(fruit, u, v, away, random):
        body = _over(body, share, colour)
    lit = body * (0.5 + 0.62 * light)[..., None] + 60 * (light**22)[..., None]
    picture = _over(picture, np.clip((1 - away) * 18, 0, 1), lit)
    for share, colour in _top(fruit.top, x, y):
        picture = _over(picture, share, np.array(colour, np.float32) * (0.75 + 0.4 * light)[..., None])
    grain = 2 * random.standard_normal((SIZE, SIZE, 1), np.float32)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def _over(under: np.ndarray, share: Plane, colour: np.ndarray | RGB) -> np.ndarray:
    return under + share[..., None] * (np.asarray(colour, np.float32) - under)


def _within(distance: Plane, sharp: float = 14) -> Plane:
    """Return 1 where a distance is below 1 and 0 above, with a soft edge."""
    return np.clip((1 - distance) * sharp, 0, 1)


def _table(size: float, random: np.random.Generator) -> np.ndarray:
    tone = TABLES[random.integers(len(TABLES))] * (1 - 0.05 * (Y + 1.2))[..., None]
    shadow = np.exp(-(((X - 0.14) / 0.75 / size) ** 2) - ((Y - 0.82 * size) / 0.24) ** 2)
    return tone * (1 - 0.4 * shadow)[..., None]


def _form(kind: str, x: Plane, y: Plane) -> tuple[Plane, Plane]:
    """Return where each point would be if the fruit were a ball."""
    if kind == "dipped":
        return x * 1.02, y - 0.26 * np.exp(-((x / 0.3) ** 2)) / (1 + np.exp(5 * y)) + 0.05 * y**2
    if kind == "tipped":
        return x / (1.02 + 0.16 * np.exp(-((y / 0.14) ** 2))), y / 0.76
    if kind == "heart":
        return x / np.clip(0.82 - 0.3 * y, 0.2, 2), y
    return (x, y / 0.84) if kind == "oval" else (x, y)


def _skin(fruit: Fruit, u: Plane, v: Plane, away: Plane, random: np.random.Generator) -> list[tuple[Plane, RGB]]:
    """Return the layers of the skin: how much of which colour, one over the other."""
    blush = 1 / (1 + np.exp(-4 * (u + random.uniform(-0.6, 0.6))))
    if fruit.skin == "striped":
        around = np.arcsin(np.clip(u / np.sqrt(np.clip(1.02 - v**2, 0.02, 1)), -1, 1))
        return [(0.5 + 0.5 * np.tanh(3 * np.sin(9 * around + 0.5 * np.sin(9 * v) + 6 * random.random())), fruit.blush)]
    if fruit.skin == "pored":
        return [(0.5 * blush, fruit.blush), (0.16 * (random.random(u.shape, np.float32) < 0.12), SEED)]
    if fruit.skin == "seeded":
        rows = np.floor(v * 5.5)
        seeds = np.hypot((u * 5 + rows % 2 / 2) % 1 - 0.5, ((v * 5.5) % 1 - 0.5) * 0.7) / 0.16
        return [(blush, fruit.blush), (_within(seeds, 3) * (v > -0.7), (250, 214, 120))]
    if fruit.skin == "bloomed":
        angle, out = np.arctan2(v + 0.25, u - 0.15), np.hypot(u - 0.15, v + 0.25)
        crown = _within(out / (0.27 + 0.07 * np.cos(5 * angle)), 6)
        return [(0.6 * blush, fruit.blush), (crown, (40, 46, 90)), (_within(out / 0.15, 4), (92, 100, 150))]
    if fruit.skin == "halved":
        angle = np.arctan2(v, u)
        rays = np.exp(-((away / 0.6) ** 2)) * (0.7 + 0.3 * np.sin(30 * angle))
        seeds = np.hypot((away - 0.42) / 0.11, np.sin(11 * angle) / 0.75)
        rim = np.clip((away - 0.9) * 16, 0, 1)
        return [(rays, fruit.blush), (_within(away / 0.24, 5), (240, 240, 214)), (_within(seeds, 4), SEED), (rim, STEM)]
    return [(blush, fruit.blush)]


def _top(kind: str, x: Plane, y: Plane) -> list[tuple[Plane, RGB]]:
    if kind == "calyx":
        angle, out = np.arctan2(x, 1.4 * (y + 0.84)), np.hypot(x, 1.4 * (y + 0.84))
        return [(_within(out / (0.36 + 0.18 * np.cos(6 * angle)), 5), LEAF)]
    stem = (_within(np.hypot((x - 0.3 * (y + 0.7) ** 2) / 0.055, (y + 0.86) / 0.22), 2), STEM)
    leaf = np.hypot((x - 0.28 + 0.7 * (y + 0.92)) / 0.3, (y + 0.92 + 0.25 * (x - 0.28)) / 0.12)
    return [stem, (_within(leaf, 5), LEAF)] if kind == "leaf" else [stem] if kind == "stem" else []
