"""Prints `docs/configuration.md` from the schema: `python -m picode.config.describe`."""

from typing import get_args

import msgspec

from picode.config.custom_providers import SECTION
from picode.config.layers import names, section_of, split, value_of
from picode.config.schema import Settings

HEAD = """# Configuration

Printed by `python -m picode.config.describe`; do not edit.

Settings come in layers, each of which may overrule the one before: the defaults below, pi's `settings.json`, your
`config.toml` (`picode doctor` says where they are), a project's `.pi/settings.json` and `.picode/config.toml`, the
environment, the command line. ([Customising](customising.md) tells what is taken of pi's.)
`picode config show --origin` tells where each value comes from. A project's file may not set `tools.allow`,
`redact.patterns`, `pi.read`, `providers.fallback`, `providers.rates`, or of `shell` what guards what leaves the machine
(`redact`, `preview`, `ignore_…`): it comes with a clone, and a clone must not hand out permissions. What you allow to
be spent (`limits.spend.day` and the others) it may lower, not raise.

The table `custom_providers` maps names to OpenAPI documents: [OpenAPI](openapi.md) tells its form.

| setting | default | variable | what it does |
|---|---|---|---|
"""


def sentence(name: str) -> str:
    """The one sentence that explains `section.key`."""
    section, key = split(name)
    if section == SECTION:
        return "An OpenAPI document that describes a provider of your own."
    kind = type(section_of(Settings(), section))
    annotation = next(found.type for found in msgspec.structs.fields(kind) if found.name == key)
    return next(
        part.description
        for part in get_args(annotation)
        if isinstance(part, msgspec.Meta) and part.description
    )


def page() -> str:
    rows = []
    for name in names():
        default = msgspec.json.encode(value_of(Settings(), name)).decode()
        variable = "PICODE_" + name.replace(".", "_").upper()
        rows.append(f"| `{name}` | `{default}` | `{variable}` | {sentence(name)} |\n")
    return HEAD + "".join(rows)


if __name__ == "__main__":
    print(page(), end="")
