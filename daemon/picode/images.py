"""Images on their way to a model: told by their content, and made to fit what every provider takes.

PNG, JPEG, GIF and WebP go as they are when they fit: 2000 x 2000 pixels and 4.5 MB in base64. What is larger is made
smaller as pi does it: the smaller one of PNG and JPEG, then less quality, then fewer pixels. Pillow is imported when
there is an image.
"""

import base64
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from picode.errors import BadData, PicodeError
from picode.messages import Image

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

LARGEST = 4_718_592
"""Bytes in base64: below the 5 MB that the strictest provider takes."""
WIDEST = 2000
"""Pixels, in each direction."""
LARGEST_FILE = 64 * 1024 * 1024
MOST_PIXELS = 64_000_000
"""A small file may hold pixels without end."""
MAGIC = (
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"GIF87a", 0, "image/gif"),
    (b"GIF89a", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"BM", 0, "image/bmp"),
)
SENT = ("image/jpeg", "image/png", "image/gif", "image/webp")
QUALITIES = (80, 85, 70, 55, 40)
SCALES = (1.0, 0.75, 0.5, 0.35, 0.25)
SMALLEST = 100


class Fitted(NamedTuple):
    image: Image
    note: str
    """What the model needs to know of a change of size; else empty."""


def sniff(content: bytes) -> str:
    """The kind of image that begins like this, as `image/png`; empty: none."""
    for magic, at, mime in MAGIC:
        if content[at : at + len(magic)] != magic or (at and not content.startswith(b"RIFF")):
            continue
        if mime == "image/bmp" and content[6:10] != b"\0\0\0\0":
            continue  # a text may begin with BM
        return mime
    return ""


def fitted(content: bytes) -> Fitted:
    """The image in a file's bytes, made to fit. Takes up to a second of work: not for an event loop.

    Raises BadData when it is none, is broken, or cannot be made to fit."""
    mime = sniff(content)
    if not mime:
        raise BadData("This is no image that a model takes.", "PNG, JPEG, GIF, WebP and BMP are.")
    if len(content) > LARGEST_FILE:
        raise BadData(f"The image has more than {LARGEST_FILE // 2**20} MB.", "Make it smaller.")
    picture = _opened(content)
    small = max(picture.size) <= WIDEST and _base64_size(len(content)) <= LARGEST
    if small and mime in SENT:
        return Fitted(Image(base64.b64encode(content).decode(), mime), "")
    upright = _upright(picture)
    for data, kind, size in _attempts(upright):
        if _base64_size(len(data)) <= LARGEST:
            note = _note(upright.size, size) if size != upright.size else ""
            return Fitted(Image(base64.b64encode(data).decode(), kind), note)
    raise BadData("The image cannot be made small enough to be sent.", "Cut out the part that matters.")


def refitted(image: Image) -> Fitted:
    """The same for one that is in a message already. Raises BadData."""
    try:
        content = base64.b64decode(image.data, validate=True)
    except ValueError as error:
        raise BadData("The image's data is no base64.") from error
    return fitted(content)


def _opened(content: bytes) -> "Picture":
    """Decoded to its end: half an image would be refused by the provider, with each message that follows."""
    import PIL.Image

    # the library's own check is a warning, which depends on who else is warned just now
    PIL.Image.MAX_IMAGE_PIXELS = None
    try:
        picture = PIL.Image.open(io.BytesIO(content))
        if picture.width * picture.height > MOST_PIXELS:
            raise BadData(
                f"The image has more than {MOST_PIXELS // 10**6} million pixels.", "Make it smaller."
            )
        picture.load()
    except PicodeError:
        raise
    # a broken file makes each decoder fail in its own way
    except Exception as error:
        told = str(error).partition(" <")[0][:200] or type(error).__name__
        raise BadData(f"The image is broken: {told}.") from error
    return picture


def _upright(picture: "Picture") -> "Picture":
    """As a camera held it, in colours that both formats know."""
    import PIL.ImageOps

    turned = PIL.ImageOps.exif_transpose(picture)
    transparent = "A" in turned.getbands() or "transparency" in turned.info
    return turned.convert("RGBA" if transparent else "RGB")


def _attempts(picture: "Picture") -> Iterator[tuple[bytes, str, tuple[int, int]]]:
    """Encoded ever smaller: bytes, kind, and width and height in pixels."""
    from PIL.Image import Resampling

    wide, high = _within(*picture.size)
    for scale in SCALES:
        size = (round(wide * scale), round(high * scale))
        if scale < 1 and min(size) < SMALLEST:
            return
        scaled = picture if size == picture.size else picture.resize(size, Resampling.LANCZOS)
        lossless, flat = io.BytesIO(), _flat(scaled)
        scaled.save(lossless, "PNG")
        for quality in QUALITIES:
            lossy = io.BytesIO()
            flat.save(lossy, "JPEG", quality=quality)
            if quality == QUALITIES[0] and lossless.tell() <= lossy.tell():
                yield lossless.getvalue(), "image/png", size
            yield lossy.getvalue(), "image/jpeg", size


def _flat(picture: "Picture") -> "Picture":
    """On white: JPEG knows no transparency."""
    import PIL.Image

    if picture.mode != "RGBA":
        return picture
    ground = PIL.Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _within(wide: int, high: int) -> tuple[int, int]:
    if wide > WIDEST:
        wide, high = WIDEST, round(high * WIDEST / wide)
    if high > WIDEST:
        wide, high = round(wide * WIDEST / high), WIDEST
    return max(1, wide), max(1, high)


def _note(whole: tuple[int, int], shown: tuple[int, int]) -> str:
    """pi's words, by which a model finds its way back to the original's pixels."""
    return (
        f"[Image: original {whole[0]}x{whole[1]}, displayed at {shown[0]}x{shown[1]}. "
        f"Multiply coordinates by {whole[0] / shown[0]:.2f} to map to original image.]"
    )


def _base64_size(size: int) -> int:
    return (size + 2) // 3 * 4
