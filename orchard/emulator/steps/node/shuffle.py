"""Between mappers and reducers: lines are parted by their key, and sorted by it in the order of their bytes."""

import gzip
import os
import subprocess
from contextlib import ExitStack
from pathlib import Path

from orchard.emulator.steps.node.streaming_options import Options


def parted(mapped: list[Path], folder: Path, asked: Options) -> list[Path]:
    """Write what each reducer reads; returns the files."""
    parts = [folder / f"part-{number}" for number in range(asked.reduces)]
    with ExitStack() as stack:
        files = [stack.enter_context(part.open("wb")) for part in parts]
        for output in mapped:
            with output.open("rb") as lines:
                for line in lines:
                    whole = line if line.endswith(b"\n") else line + b"\n"
                    files[partition(whole[:-1], asked)].write(whole)
    for part in parts:
        order = ["sort", "-s", "-t", "\t", "-k", f"1,{asked.key_fields}", "-o", str(part), str(part)]
        subprocess.run(order, env=os.environ | {"LC_ALL": "C"}, check=True)
    return parts


def partition(line: bytes, asked: Options) -> int:
    """Say which reducer gets a line, by Hadoop's hashes (Text.hashCode, KeyFieldBasedPartitioner.hashCode)."""
    if asked.reduces == 1:
        return 0
    fields = asked.partition_fields or asked.key_fields
    value = 0 if asked.partition_fields else 1
    for byte in b"\t".join(line.split(b"\t")[:fields]):
        value = (31 * value + (byte - 256 if byte > 127 else byte)) & 0xFFFFFFFF
    return (value & 0x7FFFFFFF) % asked.reduces


def write_text(output: Path, target: Path, *, gzipped: bool) -> None:
    """Write a part as TextOutputFormat does: a line without a value still ends with a tab."""
    named = target.with_name(f"{target.name}.gz") if gzipped else target
    with output.open("rb") as lines, gzip.open(named, "wb") if gzipped else named.open("wb") as out:
        for line in lines:
            plain = line.rstrip(b"\n")
            out.write(plain + (b"\n" if b"\t" in plain else b"\t\n"))
