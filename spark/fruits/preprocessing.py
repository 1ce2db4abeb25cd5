"""From a file's bytes to the pixels that MobileNetV2 was trained on."""

import io

import numpy as np
from PIL import Image, UnidentifiedImageError

from fruits.architecture import IMAGE_SIZE

# Palette and transparent pictures cannot be JPEG, so PNG is read as well; anything else under an image's name is
# somebody's mistake (an HTML error page, a video) and better named than guessed at.
FORMATS = ("JPEG", "PNG")
MAX_PIXELS = 64_000_000  # 256 MB decoded: more is no photograph of a fruit, and would take a worker down
STRIP = 1_000_000  # pixels that are converted at a time: of a large picture there is one decoded copy and no second
# How a picture is to be turned to be upright (CIPA DC-008, "Exif", tag Orientation).
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class RejectedImageError(ValueError):
    """An image that cannot be featurised; the message is the reason."""


def pixels(content: bytes, *, exif_transpose: bool = False) -> np.ndarray:
    """Decode an image and resize it to 224 x 224.

    BICUBIC, as PIL resizes by default and as the reference implementation did: other filters give other features.
    Transparent pictures are laid on white, the background of Fruits-360. Of 16 bits the upper 8 count. Of an
    animation it is the first frame.

    Args:
        content: of a file.
        exif_transpose: turn the picture as its EXIF orientation says. The reference took pixels as they are stored,
            in which a phone's upright picture may lie on its side.

    Returns:
        uint8 of shape (224, 224, 3), RGB.

    Raises:
        RejectedImageError: empty, undecodable, truncated, of another format, or absurdly large.
    """
    if not content:
        raise RejectedImageError("empty file")
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
        if image.width * image.height > MAX_PIXELS:
            raise RejectedImageError(f"too large: {image.width} x {image.height} pixels")
        small = _resized(image)
        turn = TURNS.get(_orientation(image)) if exif_transpose else None
        return np.asarray(small if turn is None else small.transpose(turn))
    except UnidentifiedImageError:
        raise RejectedImageError(f"not a {' or '.join(FORMATS)} image") from None
    except Image.DecompressionBombError:
        raise RejectedImageError("too large: beyond what Pillow decodes") from None
    except RejectedImageError:
        raise
    except Exception as error:  # a damaged file raises anything at all in Pillow's decoders
        raise RejectedImageError(f"damaged: {error}") from None


def _resized(image: Image.Image) -> Image.Image:
    """Resize in strips: the same to the last bit as at once, since Pillow resizes rows first and columns then."""
    size, filter_ = (IMAGE_SIZE, IMAGE_SIZE), Image.Resampling.BICUBIC
    if image.width * image.height <= STRIP:
        return _rgb(image).resize(size, filter_)
    rows = max(1, STRIP // image.width)
    narrow = Image.new("RGB", (IMAGE_SIZE, image.height))
    for top in range(0, image.height, rows):
        bottom = min(top + rows, image.height)
        strip = _rgb(image.crop((0, top, image.width, bottom)))
        narrow.paste(strip.resize((IMAGE_SIZE, bottom - top), filter_), (0, top))
    return narrow.resize(size, filter_)


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):  # Pillow's own conversion cuts off what is above 255: nearly all is white
        return _of_16_bits(image)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


def _of_16_bits(image: Image.Image) -> Image.Image:
    values = np.asarray(image)
    grey = (values >> 8).astype(np.uint8)
    grey[values == image.info.get("transparency", -1)] = 255
    return Image.fromarray(grey).convert("RGB")


def _orientation(image: Image.Image) -> int:
    try:
        return image.getexif().get(ORIENTATION, 1)
    except Exception:  # what cannot be understood says nothing
        return 1
