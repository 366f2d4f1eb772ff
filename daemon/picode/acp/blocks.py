"""What an editor sends of a question, in our words: text, files by name or with their text, images made to fit."""

from typing import Any
from urllib.parse import unquote, urlsplit

from acp.exceptions import RequestError
from acp.schema import (
    EmbeddedResourceContentBlock,
    ImageContentBlock,
    ResourceContentBlock,
    TextContentBlock,
    TextResourceContents,
)

from picode.errors import BadData
from picode.images import refitted
from picode.messages import Image


def question(blocks: list[Any]) -> tuple[str, list[Image]]:
    """The words, and the images. May take a moment. Raises RequestError for what no model is given (sound)."""
    text, pictures = "", list[Image]()
    for block in blocks:
        match block:
            case TextContentBlock():
                text += block.text
            case ResourceContentBlock():
                text += named(block.uri)
            case EmbeddedResourceContentBlock(resource=TextResourceContents() as resource):
                text += f'\n<file name="{named(resource.uri)}">\n{resource.text}\n</file>\n'
            case ImageContentBlock():
                image, note = _picture(block)
                pictures.append(image)
                text += note and f"\n{note}\n"
            case _:
                raise RequestError.invalid_params({"reason": f"A block of type {block.type} cannot be sent."})
    return text, pictures


def named(uri: str) -> str:
    """A file by its path, everything else by its address."""
    parts = urlsplit(uri)
    return unquote(parts.path) if parts.scheme == "file" else uri


def _picture(block: ImageContentBlock) -> tuple[Image, str]:
    try:
        return refitted(Image(block.data, block.mime_type))
    except BadData as error:
        raise RequestError.invalid_params({"reason": error.message}) from error
