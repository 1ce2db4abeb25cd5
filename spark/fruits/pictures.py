"""Pictures of a run for a notebook: matplotlib figures on the driver, which Livy's `%matplot plt` shows.

Colours are of Okabe and Ito's palette, which colour-blind people can tell apart ("Color Universal Design", 2008).
"""

import io
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from pyspark.sql import DataFrame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BLUE, VERMILION = "#0072B2", "#D55E00"
COLUMNS = 6


def first_look(images: DataFrame, count: int = 12) -> "Figure":
    """Draw some images with their labels.

    Args:
        images: from `fruits.dataset.read`: path, label, content.
        count: how many, at most; they come to the driver.
    """
    from matplotlib import pyplot as plt

    rows = images.select("label", "content").limit(count).collect()
    height = -(-len(rows) // COLUMNS)
    figure, axes = plt.subplots(height, COLUMNS, figsize=(1.8 * COLUMNS, 2.1 * height), squeeze=False)
    for axis in axes.flat:
        axis.axis("off")
    for axis, row in zip(axes.flat, rows, strict=False):
        axis.imshow(Image.open(io.BytesIO(row.content)))
        axis.set_title(row.label, fontsize=10)
    figure.tight_layout()
    return figure


def variance_curve(manifest: dict[str, Any]) -> "Figure":
    """Draw how much of the variance each component explains, and all up to it.

    Args:
        manifest: of a PCA run.
    """
    from matplotlib import pyplot as plt

    explained = 100 * np.array(manifest["explained_variance"])
    numbers = np.arange(1, len(explained) + 1)
    figure, axis = plt.subplots(figsize=(9, 4.5))
    axis.bar(numbers, explained, color=BLUE, label="each component")
    axis.plot(numbers, explained.cumsum(), color=VERMILION, marker="o", markersize=3, label="all up to it")
    axis.set_xlabel("principal component (number)")
    axis.set_ylabel("explained variance (%)")
    axis.set_ylim(0, 100)
    axis.grid(axis="y", alpha=0.3)
    axis.legend(loc="center right")
    axis.set_title(f"{manifest['counts']['rows']} images, {len(explained)} components of 1280")
    figure.tight_layout()
    return figure
