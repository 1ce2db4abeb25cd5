"""What a run on disk must be, and how to tamper with it."""

import json
from pathlib import Path
from typing import Any


def rows(spark, output: Path) -> list[str]:
    """The paths of all rows on disk, whatever the manifest says."""
    return sorted(row.path for row in spark.read.parquet(str(output / "part-*.parquet")).select("path").collect())


def whole(spark, output: Path) -> dict[str, Any]:
    """The manifest of a run that is what it says: each row once, in the files that it lists."""
    manifest = json.loads((output / "_manifest.json").read_text())
    found, counts = rows(spark, output), manifest["counts"]
    assert len(found) == len(set(found)) == counts["featurised"] == sum(manifest["parts"].values())
    assert {path.name for path in output.glob("part-*.parquet")} == manifest["parts"].keys()
    assert counts["featurised"] + counts["rejected"] == counts["read"]
    return manifest


def change(path: Path, **values: Any) -> None:
    """Change a JSON file as another process would: without the checksum that Hadoop keeps beside it."""
    path.write_text(json.dumps(json.loads(path.read_text()) | values))
    (path.parent / f".{path.name}.crc").unlink(missing_ok=True)
