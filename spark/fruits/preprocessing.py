"""From a file's bytes to the pixels that MobileNetV2 was trained on."""

import io

import numpy as np
from PIL import Image, UnidentifiedImageError

from fruits.architecture import IMAGE_SIZE

# Palette and transparent pictures cannot be JPEG, so PNG is read as well; anything else under an image's name is
# somebody's mistake (an HTML error page, a video) and better named than guessed at.
FORMATS = ("JPEG", "PNG")
MAX_PIXELS = 64_000_000  # 192 MB decoded: more is no photograph of a fruit, and would take a worker down


class RejectedImageError(ValueError):
    """An image that cannot be featurised; the message is the reason."""


def pixels(content: bytes) -> np.ndarray:
    """Decode an image and resize it to 224 x 224.

    BICUBIC, as PIL resizes by default and as the reference implementation did: other filters give other features.
    Transparent pictures are laid on white, the background of Fruits-360.

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
        return np.asarray(_rgb(image).resize((IMAGE_SIZE, IMAGE_SIZE), Image.Resampling.BICUBIC))
    except UnidentifiedImageError:
        raise RejectedImageError(f"not a {' or '.join(FORMATS)} image") from None
    except Image.DecompressionBombError:
        raise RejectedImageError("too large: beyond what Pillow decodes") from None
    except RejectedImageError:
        raise
    except Exception as error:  # a damaged file raises anything at all in Pillow's decoders
        raise RejectedImageError(f"damaged: {error}") from None


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")
