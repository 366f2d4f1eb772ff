"""Images: told by content, sent as they are when they fit, made smaller when they do not."""

import base64
import io
import random
from typing import Any

import pytest
from PIL import Image as Pillow

from picode import images
from picode.errors import BadData
from picode.messages import Image


def made(kind: str, size: tuple[int, int] = (8, 6), mode: str = "RGB", **more: Any) -> bytes:
    out = io.BytesIO()
    Pillow.new(mode, size, "red").save(out, kind, **more)
    return out.getvalue()


def noise(size: tuple[int, int]) -> bytes:
    """What no encoder makes small."""
    out = io.BytesIO()
    data = random.Random(7).randbytes(size[0] * size[1] * 3)
    Pillow.frombytes("RGB", size, data).save(out, "PNG", compress_level=1)
    return out.getvalue()


def opened(image: Image) -> Pillow.Image:
    return Pillow.open(io.BytesIO(base64.b64decode(image.data)))


@pytest.mark.parametrize(
    ("kind", "mime"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif"), ("WEBP", "image/webp")],
)
def test_an_image_that_fits_goes_byte_for_byte(kind: str, mime: str) -> None:
    content = made(kind)
    assert images.sniff(content) == mime
    assert images.fitted(content) == (Image(base64.b64encode(content).decode(), mime), "")


@pytest.mark.parametrize("content", [b"", b"hello", b"BMW is a car", b"RIFF....WAVE", b"%PDF-1.4"])
def test_what_is_no_image_is_none(content: bytes) -> None:
    assert images.sniff(content) == ""
    with pytest.raises(BadData, match="no image"):
        images.fitted(content)


def test_a_bitmap_becomes_a_png() -> None:
    image, note = images.fitted(made("BMP"))
    assert (image.mime_type, opened(image).size, note) == ("image/png", (8, 6), "")


def test_too_many_pixels_become_2000_and_the_model_is_told_by_how_much() -> None:
    image, note = images.fitted(made("PNG", (4000, 1000)))
    assert opened(image).size == (2000, 500)
    assert note == (
        "[Image: original 4000x1000, displayed at 2000x500. "
        "Multiply coordinates by 2.00 to map to original image.]"
    )
    assert opened(images.fitted(made("JPEG", (30, 5000)))[0]).size == (12, 2000)


def test_too_many_bytes_become_a_jpeg_that_fits() -> None:
    content = noise((1600, 1600))
    assert len(content) > images.LARGEST
    image, note = images.fitted(content)
    assert image.mime_type == "image/jpeg"
    assert len(image.data) <= images.LARGEST
    assert (opened(image).size, note) == ((1600, 1600), "")


def test_a_photograph_stands_upright_when_it_is_made_smaller() -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6  # turned by a quarter
    image, _ = images.fitted(made("JPEG", (3000, 1000), exif=exif))
    assert opened(image).size == (667, 2000)


def test_what_is_transparent_stays_so_or_lies_on_white() -> None:
    out = io.BytesIO()
    Pillow.new("RGBA", (2400, 10), (0, 0, 0, 0)).save(out, "PNG")
    shown = opened(images.fitted(out.getvalue())[0])
    assert shown.convert("RGBA").getpixel((5, 5)) in ((0, 0, 0, 0), (255, 255, 255, 255))
    animated = made("GIF", (2400, 10), "P")
    assert opened(images.fitted(animated)[0]).size == (2000, 8)


@pytest.mark.parametrize(
    "content", [made("PNG", (300, 300))[:90], b"\x89PNG\r\n\x1a\nnonsense", b"\xff\xd8\xff"]
)
def test_a_broken_image_is_refused_in_one_sentence(content: bytes) -> None:
    with pytest.raises(BadData, match="The image is broken"):
        images.fitted(content)


def test_a_bomb_of_pixels_is_refused() -> None:
    with pytest.raises(BadData, match="more than 64 million pixels"):
        images.fitted(made("PNG", (32_001, 2001), "1"))


def test_an_image_of_a_message_is_made_to_fit_too() -> None:
    large = Image(base64.b64encode(made("PNG", (2001, 1))).decode(), "image/png")
    image, note = images.refitted(large)
    assert opened(image).size == (2000, 1)
    assert "original 2001x1" in note
    with pytest.raises(BadData, match="no base64"):
        images.refitted(Image("!", "image/png"))
