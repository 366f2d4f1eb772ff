"""What a setting may be, where that can be listed."""

from typing import Literal, get_args, get_origin

import msgspec

from picode.config.layers import section_of, split
from picode.config.schema import Settings


def choices(name: str) -> list[str]:
    """The values of `section.key` that can be told one by one; none: anything of its type."""
    section, key = split(name)
    kind = type(section_of(Settings(), section))
    annotation = next(found.type for found in msgspec.structs.fields(kind) if found.name == key)
    for part in (annotation, *get_args(annotation)):
        if part is bool:
            return ["true", "false"]
        if get_origin(part) is Literal:
            return [str(value) for value in get_args(part)]
    return []
