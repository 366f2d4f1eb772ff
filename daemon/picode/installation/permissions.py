"""Our entry in Zellij's permission file: the plugin's path and what it may do; other entries keep every byte."""

from collections.abc import Sequence
from pathlib import Path

from picode.errors import BadData
from picode.installation import kdl
from picode.installation.record import Line

NEEDED = ("ReadApplicationState", "ChangeApplicationState", "ReadCliPipes", "Reconfigure")


def entry(plugin: Path) -> str:
    """The entry, without a line break at its end; Zellij's key is the bare absolute path."""
    return "\n".join([f"{kdl.quote(str(plugin))} {{", *(f"    {name}" for name in NEEDED), "}"])


def granted(content: bytes | None, plugin: Path, file: Path) -> bool:
    """Whether the file grants the plugin all that it needs."""
    return any(
        node.name == str(plugin) and set(NEEDED) <= set(node.words)
        for node in _nodes(content or b"", file)[1]
    )


def grant(content: bytes | None, plugin: Path, file: Path, known: Line | None = None) -> tuple[bytes, Line]:
    """The file with our entry at its end, in place of one for the same path, and what is to be remembered."""
    text = revoke(content or b"", [str(plugin)], file).decode()
    broke = bool(text) and not text.endswith("\n")
    created = content is None or bool(known and known.created)
    after = f"{text}\n{entry(plugin)}\n" if broke else f"{text}{entry(plugin)}\n"
    return after.encode(), Line(str(plugin), created, broke or bool(known and known.broke))


def revoke(content: bytes, plugins: Sequence[str], file: Path, known: Line | None = None) -> bytes:
    """The file without the entries of these paths."""
    text, found = _nodes(content, file)
    ours = [node for node in found if node.name in plugins]
    was_last = bool(ours) and not text[ours[-1].end :].strip()
    for node in reversed(ours):
        rest = text[node.end :]
        text = text[: node.start] + rest.removeprefix("\r").removeprefix("\n")
    if known and known.broke and was_last:
        text = text.removesuffix("\n")
    return text.encode()


def _nodes(content: bytes, file: Path) -> tuple[str, list[kdl.Node]]:
    try:
        text = content.decode()
        return text, kdl.nodes(text)
    except kdl.NotKdl as error:
        where = f"{file}, line {error.line}"
    except UnicodeDecodeError:
        where = str(file)
    raise BadData(
        f"Zellij's permission file is damaged ({where}), so nothing was written.",
        "Mend or remove it, or run `picode setup --no-grant` and answer Zellij's own question in the explorer.",
    )
