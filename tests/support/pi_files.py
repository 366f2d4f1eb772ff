"""A made project for one call of a tool: its files placed, what became of them, and texts without this machine."""

import base64
import hashlib
import io
import os
import re
import shutil
from pathlib import Path
from typing import Any

SHOWN = 600
"""Characters at each end of what is too long to be kept whole."""
LOG = re.compile(r"(?:/[\w.-]+)+/(?:pi-)?bash-[0-9a-f]{16}\.log")
BASH = re.compile(r"^(?:/[\w.-]+)*/?bash: ", re.MULTILINE)


def place(project: Path, files: dict[str, Any]) -> dict[str, Any]:
    """Empty the directory and make the files; what `contents` then says of it."""
    project.mkdir(exist_ok=True)
    for old in project.iterdir():
        if old.is_dir() and not old.is_symlink():
            shutil.rmtree(old)
        else:
            old.unlink()
    for name, what in files.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(what, dict) and "link" in what:
            path.symlink_to(what["link"])
        elif isinstance(what, dict) and "directory" in what:
            path.mkdir()
        else:
            path.write_bytes(made(what))
    return contents(project)


def made(what: Any) -> bytes:
    match what:
        case str():
            return what.encode()
        case {"lines": count}:
            text = "".join(f"line {number}\n" for number in range(1, count + 1))
            return (text[:-1] if what.get("open") else text).encode()
        case {"repeat": [text, count]}:
            return bytes(text.encode() * count)
        case {"base64": data}:
            return base64.b64decode(data)
        case {"image": [kind, wide, high]}:
            return image(kind, wide, high)
    raise ValueError(what)


def image(kind: str, wide: int, high: int) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    picture = Image.linear_gradient("L").resize((wide, high)).convert("RGB")
    picture.save(out, kind)
    return out.getvalue()


def contents(project: Path) -> dict[str, Any]:
    """Every file below: its text, `{"base64": …}` for what is none, `{"link": …}`."""
    found: dict[str, Any] = {}
    for directory, _, names in os.walk(project):
        for name in names:
            path = Path(directory) / name
            key = str(path.relative_to(project))
            found[key] = {"link": os.readlink(path)} if path.is_symlink() else _content(path.read_bytes())
    return found


def _content(data: bytes) -> Any:
    try:
        return short(data.decode())
    except UnicodeDecodeError:
        return short(base64.b64encode(data).decode(), "base64")


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What is new or other; None for what is gone."""
    gone = {name: None for name in before if name not in after}
    return {name: what for name, what in after.items() if before.get(name) != what} | gone


def short(text: str, kind: str = "text") -> Any:
    """The text itself, or its ends and what tells it from every other one."""
    if len(text) <= 3 * SHOWN:
        return text if kind == "text" else {kind: text}
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return {"begins": text[:SHOWN], "ends": text[-SHOWN:], "characters": len(text), "sha256": digest}


def nowhere(value: Any, places: dict[str, Path]) -> Any:
    """Without the paths of this machine: `{project}`, `{home}`, and `{log}` for the file with a command's output."""
    match value:
        case str():
            value = BASH.sub("{bash}: ", LOG.sub("{log}", value))
            for name, path in places.items():
                value = value.replace(str(path), f"{{{name}}}")
            return value
        case dict():
            return {key: nowhere(part, places) for key, part in value.items()}
        case list():
            return [nowhere(part, places) for part in value]
    return value


def somewhere(value: Any, places: dict[str, Path]) -> Any:
    """The way back, for arguments."""
    match value:
        case str():
            for name, path in places.items():
                value = value.replace(f"{{{name}}}", str(path))
        case dict():
            return {key: somewhere(part, places) for key, part in value.items()}
        case list():
            return [somewhere(part, places) for part in value]
    return value


def outcome(
    content: list[dict[str, Any]],
    details: Any,
    is_error: bool,
    files: dict[str, Any],
    places: dict[str, Path],
) -> dict[str, Any]:
    """A result as it is compared. `content`: blocks as session files have them."""
    texts = "".join(block["text"] for block in content if block["type"] == "text")
    pictures = [_picture(block) for block in content if block["type"] == "image"]
    told: dict[str, Any] = {"text": short(nowhere(texts, places)), "isError": is_error, "after": files}
    if pictures:
        told["images"] = pictures
    if details:
        details = {name: part for name, part in details.items() if part is not None}
        if "truncation" in details:
            details["truncation"] = {k: v for k, v in details["truncation"].items() if k != "content"}
        details.pop("patch", None)  # of newer versions: the same in another form
        if "diff" in details:
            details["diff"] = short(details["diff"])
        if details:
            told["details"] = nowhere(details, places)
    return told


def _picture(block: dict[str, Any]) -> dict[str, Any]:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(base64.b64decode(block["data"]))) as opened:
            size = list(opened.size)
    except OSError:
        size = []
    return {"mimeType": block["mimeType"], "size": size}
