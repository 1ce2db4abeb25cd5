"""Which files of a data set are photographs, by their names alone.

The same for single files and packed ones; the upload has the same rules and the same words for what it leaves out.
What is inside a file is not asked here: an empty or damaged photograph is rejected, which is another thing.
"""

SUFFIXES = (".jpg", ".jpeg", ".png")  # in lower case; a camera's `.JPG` and a `.Jpg` are as good


def why_ignored(name: str) -> str:
    """Say why a file is no photograph; empty when it is one.

    Args:
        name: below the data set's root, `<split>/<class>/<image>`.
    """
    below = name.split("/")[1:]
    if any(part.startswith(".") for part in below):
        return "hidden"  # what other programs keep: ._DSC0001.JPG, .ipynb_checkpoints/
    if not name.lower().endswith(SUFFIXES):
        return "neither JPEG nor PNG"
    return "" if len(below) == 2 else "not in <split>/<class>/"


def hides_from_spark(name: str) -> bool:
    """Tell whether Spark's own readers cannot read a file of this name.

    They pass over names that begin with an underscore, as cameras write them (`_DSC0001.JPG`), without a word. And a
    colon is a scheme's end to Hadoop, which opens a file and its checksum by relative names.
    """
    image = name.rsplit("/", 1)[-1]
    return image.startswith("_") or ":" in image
