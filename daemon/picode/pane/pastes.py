"""What stands in the input line as one mark: large pastes, which are sent whole, and images."""

from picode.messages import Image
from picode.pane.entries import size

LARGE_PASTE = (30, 3000)
"""A paste of more lines or characters than these stands as one mark in the line and is sent whole."""


class Pastes:
    """Each under the mark that stands for it."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}
        self._images: dict[str, Image] = {}

    def mark(self, text: str) -> str:
        """What to insert for a paste."""
        lines = text.count("\n") + 1
        if lines <= LARGE_PASTE[0] and len(text) <= LARGE_PASTE[1]:
            return text
        name = f"[paste {len(self._kept) + 1}: {lines:,} lines, {len(text):,} characters]"
        self._kept[name] = text
        return name

    def image(self, image: Image) -> str:
        """What to insert for an image: the message names it where it stands, and carries it."""
        kind = image.mime_type.partition("/")[2].upper()
        name = f"[image {len(self._images) + 1}: {kind}, {size(len(image.data) * 3 // 4)}]"
        self._images[name] = image
        return name

    def expand(self, text: str) -> str:
        for name, kept in self._kept.items():
            text = text.replace(name, kept)
        return text

    def images(self, text: str) -> tuple[Image, ...]:
        """Those whose marks are still there."""
        return tuple(image for name, image in self._images.items() if name in text)
