import io

import numpy as np
import pytest
from PIL import Image

from fruits import preprocessing
from fruits.preprocessing import RejectedImageError, pixels


def encoded(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.fixture
def ramp() -> Image.Image:
    across, down = np.meshgrid(np.arange(80), np.arange(60))
    return Image.fromarray(np.stack([across * 3, down * 4, across + down], axis=-1).astype(np.uint8))


def test_pixels_are_pils_own_bicubic(ramp):
    content = encoded(ramp, "JPEG", quality=95)
    expected = np.asarray(Image.open(io.BytesIO(content)).convert("RGB").resize((224, 224), Image.Resampling.BICUBIC))
    got = pixels(content)
    assert got.dtype == np.uint8
    assert got.shape == (224, 224, 3)
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB"])
def test_jpegs_of_every_mode_are_read(ramp, mode):
    got = pixels(encoded(ramp.convert(mode), "JPEG", quality=95))
    expected = np.asarray(ramp.convert(mode).convert("RGB").resize((224, 224), Image.Resampling.BICUBIC))
    assert np.abs(got.astype(int) - expected).mean() < 3


@pytest.mark.parametrize("mode", ["P", "1", "LA", "RGBA", "I;16"])
def test_pngs_of_every_mode_are_read(ramp, mode):
    image = Image.fromarray(np.full((8, 8), 999, np.uint16)) if mode == "I;16" else ramp.convert(mode)
    assert pixels(encoded(image)).shape == (224, 224, 3)


def test_transparency_is_laid_on_white():
    clear = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    assert (pixels(encoded(clear)) == 255).all()
    palette = Image.new("P", (10, 10), 0)
    palette.putpalette([0, 0, 0] * 256)
    assert (pixels(encoded(palette, transparency=0)) == 255).all()


def bomb() -> bytes:
    """A small PNG whose header claims an enormous picture."""
    return encoded(Image.new("1", (9_000, 9_000)))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty file"),
        (b"<html>404 Not Found</html>", "not a JPEG or PNG image"),
        (encoded(Image.new("RGB", (9, 9)), "GIF"), "not a JPEG or PNG image"),
        (encoded(Image.new("RGB", (90, 90), "red"), "JPEG")[:400], "damaged|not a JPEG"),
        (encoded(Image.effect_noise((200, 200), 90), "JPEG")[:9000], "damaged: image file is truncated"),
        (encoded(Image.effect_noise((90, 90), 90), "PNG")[:4000], "damaged"),
        (bomb(), "too large: 9000 x 9000 pixels"),
    ],
)
def test_bad_images_are_rejected_with_a_reason(content, reason):
    with pytest.raises(RejectedImageError, match=reason):
        pixels(content)


def test_pillows_own_bomb_guard_is_a_rejection(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000)
    monkeypatch.setattr(preprocessing, "MAX_PIXELS", 10**12)
    with pytest.raises(RejectedImageError, match="beyond what Pillow decodes"):
        pixels(encoded(Image.new("L", (100, 100))))
