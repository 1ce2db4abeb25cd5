"""The features of one photograph, in this process and without Spark: by the same pixels, weights and engine as a run's.

python -m fruits.photograph FILE [--weights FILE] [--exif-transpose]   prints them as JSON
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from fruits import engine, weights, weights_source
from fruits.errors import JobError
from fruits.preprocessing import FORMATS, RejectedImageError, pixels


def featurise(path: Path, named: str = "", *, exif_transpose: bool = False) -> dict[str, Any]:
    """Featurise a photograph.

    Args:
        path: of the photograph.
        named: a weights file on this machine; found or fetched when empty.
        exif_transpose: turn it as its EXIF orientation says.

    Returns:
        features (1280 numbers), weights (their digest) and engine.

    Raises:
        JobError: it cannot be read, or is no photograph; the weights are not those published, or cannot be had.
    """
    try:
        image = pixels(path.read_bytes(), exif_transpose=exif_transpose)
    except OSError as error:
        raise JobError(
            f"the photograph {path} cannot be read: {error.strerror}", "name a file that you may read", 2
        ) from None
    except RejectedImageError as rejection:
        raise JobError(
            f"{path} is no photograph that can be used: {rejection}",
            f"name a {' or '.join(FORMATS)} file; convert others (HEIC, WebP) to one of these first",
            2,
        ) from None
    found = weights_source.verified(Path(named)) if named else weights_source.find()
    computes = engine.build(weights.parse(found.read_bytes(), str(found)), engine.choose())
    features = engine.run(computes, [image])[0]
    return {"features": [float(value) for value in features], "weights": weights.DIGEST, "engine": computes.name}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photograph", type=Path)
    parser.add_argument("--weights", default="")
    parser.add_argument("--exif-transpose", action="store_true")
    given = parser.parse_args()
    try:
        told = featurise(given.photograph, given.weights, exif_transpose=given.exif_transpose)
    except JobError as error:
        print(f"error: {error.cause}\nremedy: {error.remedy}", file=sys.stderr)
        sys.exit(error.exit_code)
    print(json.dumps(told))
