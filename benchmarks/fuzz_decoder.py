"""Damaged pictures by the thousand through the decoder: each is decoded or rejected, soon and in little memory.

    .venv/bin/python benchmarks/fuzz_decoder.py [--minutes 10] [--seed 0] [--only NUMBER]

Good JPEG and PNG files of every kind are cut, flipped, spliced and given other dimensions (with right checksums, so
that decoders go on), and handed to fruits.preprocessing.pixels in a process of their own. Fails at a crash, at another
answer than 224 x 224 x 3 bytes or a RejectedImageError, at a picture that takes more than 5 s of processor time, or
when the process has needed more than 1 GiB. `--only` repeats one.
"""

import argparse
import io
import random
import resource
import struct
import subprocess
import sys
import time
import warnings
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "spark"))

from fruits.preprocessing import RejectedImageError, pixels

SECONDS, MEMORY = 5.0, 1 << 30
SIGNATURE = b"\x89PNG\r\n\x1a\n"
EXTREMES = (0, 1, 2, 7, 255, 8_000, 16_384, 65_500, 65_535)


def originals() -> list[bytes]:
    """Draw good files: JPEG in its kinds, PNG in its modes."""
    noise = np.random.default_rng(0).integers(0, 255, (96, 120, 4), dtype=np.uint8)
    colour = Image.fromarray(noise).convert("RGB")
    found: list[bytes] = []

    def keep(image: Image.Image, kind: str, **options: object) -> None:
        buffer = io.BytesIO()
        image.save(buffer, kind, **options)
        found.append(buffer.getvalue())

    exif = Image.Exif()
    exif[0x0112] = 6
    for options in ({}, {"progressive": True}, {"subsampling": 2}, {"exif": exif}, {"restart_marker_blocks": 4}):
        keep(colour, "JPEG", quality=80, **options)
    for mode in ("L", "CMYK"):
        keep(colour.convert(mode), "JPEG", progressive=True)
    keep(colour, "MPO", save_all=True, append_images=[colour])
    text = PngImagePlugin.PngInfo()
    text.add_itxt("Comment", "words " * 99, zip=True)
    for mode in ("1", "L", "LA", "P", "RGB", "RGBA"):
        keep(colour.convert(mode), "PNG", pnginfo=text)
    keep(colour.convert("P"), "PNG", transparency=3, bits=4)
    keep(Image.fromarray(noise[:, :, 0].astype(np.uint16) * 257), "PNG")
    keep(colour, "PNG", save_all=True, append_images=[colour.rotate(9)], icc_profile=bytes(500))
    return found


def damaged(files: list[bytes], number: int, seed: int) -> bytes:
    """Make the picture of a number: the same one each time."""
    chance = random.Random(seed * 1_000_003 + number)  # noqa: S311 - nothing secret
    content = bytearray(chance.choice(files))
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        content = chance.choice(KINDS)(content, chance, files)
    return bytes(content)


def flip(content: bytearray, chance: random.Random, _: list[bytes]) -> bytearray:
    """Change single bytes."""
    for _number in range(chance.choice((1, 2, 5, 50))):
        if content:
            content[chance.randrange(len(content))] = chance.choice((0, 1, 127, 128, 255, chance.randrange(256)))
    return content


def cut(content: bytearray, chance: random.Random, _: list[bytes]) -> bytearray:
    """Lose a part, mostly the end."""
    first = chance.randrange(len(content) + 1)
    return content[:first] if chance.random() < 0.5 else content[:first] + content[first + chance.randrange(999) :]


def repeat(content: bytearray, chance: random.Random, _: list[bytes]) -> bytearray:
    """Have a part many times: scans, chunks, tables."""
    first = chance.randrange(len(content) + 1)
    part = content[first : first + chance.choice((2, 64, 700, 5_000))]
    return content[:first] + part * chance.choice((2, 9, 200)) + content[first:] if len(content) < 1 << 22 else content


def splice(content: bytearray, chance: random.Random, files: list[bytes]) -> bytearray:
    """Go on in another file."""
    other = chance.choice(files)
    return content[: chance.randrange(len(content) + 1)] + other[chance.randrange(len(other)) :]


def resize(content: bytearray, chance: random.Random, _: list[bytes]) -> bytearray:
    """Claim other dimensions or another kind of pixel."""
    width, height = chance.choice(EXTREMES), chance.choice(EXTREMES)
    if content.startswith(SIGNATURE):
        content[16:24] = struct.pack(">II", width, height)
        if chance.random() < 0.3:
            content[24:26] = bytes((chance.choice((1, 2, 4, 8, 16)), chance.choice((0, 2, 3, 4, 6))))
        return _summed(content)
    for marker in (b"\xff\xc0", b"\xff\xc2"):
        if (place := content.find(marker)) >= 0:
            content[place + 5 : place + 9] = struct.pack(">HH", height, width)
    return content


def _summed(content: bytearray) -> bytearray:
    """Mend the checksums of PNG's chunks, so that what they hold is looked at."""
    place = len(SIGNATURE)
    while place + 12 <= len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        end = place + 8 + length
        if end + 4 > len(content):
            break
        content[end : end + 4] = struct.pack(">I", zlib.crc32(content[place + 4 : end]))
        place = end + 4
    return content


def flip_summed(content: bytearray, chance: random.Random, files: list[bytes]) -> bytearray:
    """Change single bytes of a PNG, with right checksums."""
    return _summed(flip(content, chance, files))


KINDS = (flip, flip_summed, cut, repeat, splice, resize)


def attack(first: int, seed: int, until: float, only: int | None) -> None:
    """Decode one after the other, in this process; says each number before it begins, and what became of it."""
    warnings.simplefilter("ignore")
    files = originals()
    number = first
    while time.time() < until:
        print(number, end=" ", flush=True)
        content = damaged(files, number, seed)
        started = time.process_time()
        try:
            image = pixels(content, exif_transpose=bool(number % 2))
            assert (image.shape, image.dtype) == ((224, 224, 3), np.uint8)
            became = "decoded"
        except RejectedImageError as error:
            became = "rejected: " + str(error).split(":")[0].split("(")[0].strip()
        spent = time.process_time() - started
        kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"{spent:.3f} {kilobytes} {became}", flush=True)
        if only is not None:
            return
        number += 1


def main() -> None:
    """Watch a process that decodes; count and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int)
    parser.add_argument("--attack", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    until = time.time() + 60 * options.minutes
    if options.attack or options.only is not None:
        attack(options.only or 0, options.seed, until, options.only)
        return
    line = [sys.executable, __file__, "--attack", "--minutes", str(options.minutes), "--seed", str(options.seed)]
    became: Counter[str] = Counter()
    slowest, most, last = (0.0, -1), 0, ""
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        for last in process.stdout:
            number, spent, kilobytes, what = last.split(" ", 3)
            became[what.strip()] += 1
            slowest, most = max(slowest, (float(spent), int(number))), max(most, int(kilobytes) << 10)
    for what, count in became.most_common():
        print(f"{count:8,} {what}")
    print(f"slowest {slowest[0]:.2f} s (--only {slowest[1]}), at most {most / 2**20:.0f} MiB")
    assert process.returncode == 0, f"exit code {process.returncode} after {last!r}"
    assert slowest[0] <= SECONDS, "too slow"
    assert most <= MEMORY, "too much memory"


if __name__ == "__main__":
    main()
