"""Images for a message: from the clipboard, or a file whose path was pasted or dropped. Blocking."""

import base64
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from picode.errors import PicodeError, Unavailable, UsageError
from picode.messages import Image

MOST = 20 * 1024 * 1024
"""Bytes of an image."""
WAIT = 5.0
"""Seconds that the clipboard's owner gets."""
SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
NO_IMAGE = Unavailable(
    "The clipboard has no image that can be read from here.", "Paste the path of an image file instead."
)


def kind(data: bytes) -> str:
    """The MIME type, by what the file begins with; empty: it is no image that models take."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    return "image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else ""


def from_clipboard(environ: Mapping[str, str] = os.environ) -> Image:
    """Raises Unavailable when there is none, or nothing that could fetch it."""
    for argv in _commands(environ):
        try:
            done = subprocess.run(
                argv, check=False, capture_output=True, timeout=WAIT, stdin=subprocess.DEVNULL
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if done.returncode == 0 and kind(done.stdout):
            return _image(done.stdout)
    raise NO_IMAGE


def _commands(environ: Mapping[str, str]) -> list[list[str]]:
    if sys.platform == "darwin":
        return [["pngpaste", "-"]]
    found = []
    if environ.get("WAYLAND_DISPLAY"):
        found += [["wl-paste", "--no-newline", "--type", f"image/{one}"] for one in ("png", "jpeg")]
    if environ.get("DISPLAY"):
        found += [["xclip", "-selection", "clipboard", "-t", f"image/{one}", "-o"] for one in ("png", "jpeg")]
    return found


def from_paste(text: str, cwd: str) -> Image | None:
    """The image, when what was pasted is nothing but the path of one; terminals quote what is dropped on them."""
    if "\n" in text.strip() or not text.strip().strip("'\"").lower().endswith(SUFFIXES):
        return None
    try:
        words = shlex.split(text.strip().removeprefix("file://"))
        file = Path(cwd, os.path.expanduser(words[0])) if len(words) == 1 else Path(cwd, text.strip())
        if not file.is_file() or file.stat().st_size > MOST:
            return None
        data = file.read_bytes()
        return _image(data) if kind(data) else None
    except (OSError, ValueError, PicodeError):
        return None


def _image(data: bytes) -> Image:
    if len(data) > MOST:
        raise UsageError(f"The image has {len(data):,} bytes; {MOST:,} are allowed.")
    return Image(base64.b64encode(data).decode(), kind(data))
