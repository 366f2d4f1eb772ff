"""A layout template with the plugin's path and PiCode's command filled in."""

from collections.abc import Sequence
from pathlib import Path

from picode.installation import kdl


def fill_in(template: str, plugin: Path, command: Sequence[str]) -> str:
    """`<plugin>` becomes the plugin's address, `<picode>` PiCode's program; `<arguments>` what follows it in the
    assistant's pane, `<following>` in the one that shows what has changed."""
    program, *arguments = command
    return (
        template.replace('"<plugin>"', kdl.quote(f"file:{plugin}"))
        .replace('"<picode>"', kdl.quote(program))
        .replace("<arguments>", " ".join(map(kdl.quote, [*arguments, "chat"])))
        .replace("<following>", " ".join(map(kdl.quote, [*arguments, "diff", "--follow"])))
    )
