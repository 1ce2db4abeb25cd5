import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

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


@pytest.mark.parametrize("mode", ["P", "1", "LA", "RGBA", "CMYK", "L", "RGB"])
@pytest.mark.parametrize("strip", [10**9, 1_000, 1])
def test_strips_change_no_bit(ramp, mode, strip, monkeypatch):
    image = ramp.resize((301, 260)).convert(mode)
    if mode in ("LA", "RGBA"):
        image.putalpha(ramp.resize((301, 260)).convert("L"))
    white = Image.new("RGBA", image.size, "white")
    laid = Image.alpha_composite(white, image.convert("RGBA")) if mode in ("LA", "RGBA") else image
    monkeypatch.setattr(preprocessing, "STRIP", strip)
    content = encoded(image, "JPEG", quality=95) if mode == "CMYK" else encoded(image)
    whole = Image.open(io.BytesIO(content)) if mode == "CMYK" else laid
    expected = np.asarray(whole.convert("RGB").resize((224, 224), Image.Resampling.BICUBIC))
    np.testing.assert_array_equal(pixels(content), expected)


def test_of_16_bits_the_upper_8_count():
    values = np.linspace(0, 65_535, 224 * 224).reshape(224, 224).astype(np.uint16)
    got = pixels(encoded(Image.fromarray(values)))
    np.testing.assert_array_equal(got, np.repeat((values >> 8)[:, :, np.newaxis], 3, axis=2))
    clear = pixels(encoded(Image.fromarray(np.full((9, 9), 999, np.uint16)), transparency=999))
    assert (clear == 255).all()


def test_animations_give_their_first_frame(ramp):
    frames = [Image.new("RGB", ramp.size, "red"), Image.new("RGB", ramp.size, "blue")]
    np.testing.assert_array_equal(pixels(encoded(ramp, save_all=True, append_images=frames)), pixels(encoded(ramp)))


def test_two_pictures_in_one_jpeg_give_the_first(ramp):
    """MPO, as phones write a picture with its depth map."""
    content = encoded(ramp, "MPO", save_all=True, append_images=[Image.new("RGB", ramp.size, "blue")], quality=95)
    np.testing.assert_array_equal(pixels(content), pixels(encoded(ramp, "JPEG", quality=95)))


@pytest.mark.parametrize("orientation", range(10))
def test_exif_orientation_counts_when_asked_for(ramp, orientation):
    exif = Image.Exif()
    exif[preprocessing.ORIENTATION] = orientation
    content = encoded(ramp, "JPEG", quality=95, exif=exif)
    np.testing.assert_array_equal(pixels(content), pixels(encoded(ramp, "JPEG", quality=95)))
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
    expected = np.asarray(upright.resize((224, 224), Image.Resampling.BICUBIC)).astype(int)
    assert np.abs(pixels(content, exif_transpose=True) - expected).max() <= 2  # rows first, or columns first


def test_exif_that_is_damaged_says_nothing(ramp):
    content = encoded(ramp, "JPEG", quality=95, exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    np.testing.assert_array_equal(pixels(content, exif_transpose=True), pixels(content))


def test_a_large_transparent_picture_is_decoded_once(tmp_path):
    """A second and a third copy of 8,000 x 8,000 took 1.2 GB."""
    path = tmp_path / "large.png"
    Image.new("RGBA", (7_900, 7_900), (9, 99, 199, 128)).save(path, compress_level=1)
    script = (
        "import resource, sys; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path; from fruits.preprocessing import pixels\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "image = pixels(Path(sys.argv[2]).read_bytes())\n"
        "print(image[9, 9].tolist(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    place = Path(preprocessing.__file__).parent.parent
    line = [sys.executable, "-c", script, place, path]
    colour, kilobytes = subprocess.run(line, capture_output=True, text=True, check=True).stdout.rsplit(" ", 1)
    assert colour == "[132, 177, 227]"
    assert int(kilobytes) < 360_000  # 250 MB are the picture


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
