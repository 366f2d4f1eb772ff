"""What the pane reads and changes on this machine: keys, settings, keybindings. Blocking, so it runs in a thread."""

import json
import re
from pathlib import Path

import msgspec

from picode.errors import ConfigError, PicodeError
from picode.pane import keeping, keymap
from picode.pane.state import Found, Here, Row
from picode.paths import Paths, assets, project_of

PARTS_SHOWN = 1
"""Parts of the changelog that /changelog shows."""


def do(paths: Paths, cwd: str, asked: Here) -> Found:
    """The answer, or a sentence that says why there is none."""
    try:
        return DO[asked.what](paths, cwd, asked)
    except PicodeError as error:
        return Found(asked, told=str(error), level="error")


def _settings(paths: Paths, cwd: str, asked: Here) -> Found:
    from picode.config import layers
    from picode.config.choices import choices
    from picode.config.describe import sentence

    loaded = layers.load(paths, project=project_of(cwd or Path.cwd()))
    rows = []
    for name in layers.names():
        value = layers.value_of(loaded.settings, name)
        told = f"{sentence(name)}\nfrom: {loaded.origins[name]}"
        rows.append(Row(name, _text(value), told, tuple(choices(name))))
    return Found(asked, tuple(rows))


def _text(value: object) -> str:
    """As it is typed: a list with commas, when it has nothing but words in it."""
    if isinstance(value, bool) or not isinstance(value, (str, list)):
        return json.dumps(value, ensure_ascii=False, default=msgspec.to_builtins)
    if isinstance(value, str):
        return value
    if all(isinstance(one, str) and "," not in one for one in value):
        return ", ".join(value)
    return json.dumps(value, ensure_ascii=False, default=msgspec.to_builtins)


def _set(paths: Paths, cwd: str, asked: Here) -> Found:
    from picode.config import layers
    from picode.config.edit import set_value

    value = set_value(paths, asked.name, asked.value)
    text = json.dumps(value, ensure_ascii=False, default=msgspec.to_builtins)
    told = f"{asked.name} = {text} is in {paths.settings} now."
    loaded = layers.load(paths, project=project_of(cwd or Path.cwd()))
    origin = loaded.origins[asked.name]
    if not origin.startswith(str(paths.settings)):
        told += f" {origin} goes before it."
    elif not asked.name.startswith("pane."):
        told += " It counts from the next conversation that is opened, at the latest."
    return Found(asked, told=told, scoped=tuple(loaded.settings.models.scoped))


def _scope(paths: Paths, cwd: str, asked: Here) -> Found:
    from picode.config.edit import set_value

    names = set_value(paths, "models.scoped", asked.value)
    told = f"{len(names)} models" if names else "all models that can be used"
    return Found(
        asked, told=f"The key for the next model goes through {told} ({paths.settings}).", scoped=tuple(names)
    )


def _reload(paths: Paths, cwd: str, asked: Here) -> Found:
    from picode.config import layers

    keys = keymap.load(paths.keybindings)
    try:
        scoped = tuple(layers.load(paths, project=project_of(cwd or Path.cwd())).settings.models.scoped)
    except ConfigError as error:
        return Found(asked, told=str(error), level="error", keymap=keys)
    if keys.faults:
        return Found(asked, told=" ".join(keys.faults), level="warning", keymap=keys, scoped=scoped)
    told = f"Read anew: settings ({paths.settings}) and keys ({paths.keybindings})."
    return Found(asked, told=told, keymap=keys, scoped=scoped)


def _changelog(paths: Paths, cwd: str, asked: Here) -> Found:
    file = assets() / "CHANGELOG.md"
    try:
        text = file.read_text(encoding="utf-8")
    except OSError:
        return Found(asked, told="This installation has no changelog with it.", level="warning")
    parts = re.split(r"(?m)^(?=## )", text)[1:]
    return Found(asked, lines=tuple("".join(parts[:PARTS_SHOWN]).rstrip().split("\n")))


DO = {
    "keys": keeping.keys, "keep_key": keeping.keep, "forget_key": keeping.forget, "sign_in": keeping.sign_in,
    "signed_in": keeping.signed_in, "settings": _settings, "set": _set,
    "scope": _scope, "reload": _reload, "changelog": _changelog,
}  # fmt: skip
