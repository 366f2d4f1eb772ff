"""What the pane reads and changes on this machine: keys, settings, keybindings. Blocking, so it runs in a thread.

A key that was typed goes to where keys are kept (`picode auth`'s own way), and is in no text that comes back.
"""

import json
import os
import re
from pathlib import Path

from picode.errors import ConfigError, PicodeError
from picode.pane import keymap
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


def _keys(paths: Paths, cwd: str, asked: Here) -> Found:
    from picode.credentials import VARIABLES, Credentials

    kept = Credentials(paths.credentials, os.environ)
    origins = dict(kept.listed())
    names = dict.fromkeys([*VARIABLES, *origins])
    rows = tuple(Row(name, origins.get(name, ""), kind=_kind(origins.get(name, ""))) for name in names)
    if asked.name == "logout" and not any(row.kind == "kept" for row in rows):
        return Found(asked, told="No key is kept here; what is in the environment is the shell's to forget.")
    return Found(asked, rows)


def _kind(origin: str) -> str:
    return "kept" if origin and not origin.endswith("in the environment") else ""


def _keep_key(paths: Paths, cwd: str, asked: Here) -> Found:
    from picode.credentials import VARIABLES, Credentials

    assert asked.secret is not None
    where = Credentials(paths.credentials, os.environ).add(asked.name, asked.secret.reveal())
    told = f"The key for {asked.name} is in {where}."
    variable = VARIABLES.get(asked.name, "")
    if os.environ.get(variable, "").strip():
        told += f" {variable} is set here, and goes before it."
    return Found(asked, told=told)


def _forget_key(paths: Paths, cwd: str, asked: Here) -> Found:
    from picode.credentials import Credentials

    where = Credentials(paths.credentials, os.environ).remove(asked.name)
    return Found(asked, told=f"The key for {asked.name} was removed from {where}.")


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
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return value
    if all(isinstance(one, str) and "," not in one for one in value):
        return ", ".join(value)
    return json.dumps(value, ensure_ascii=False)


def _set(paths: Paths, cwd: str, asked: Here) -> Found:
    from picode.config import layers
    from picode.config.edit import set_value

    value = set_value(paths, asked.name, asked.value)
    told = f"{asked.name} = {json.dumps(value, ensure_ascii=False)} is in {paths.settings} now."
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
    "keys": _keys, "keep_key": _keep_key, "forget_key": _forget_key, "settings": _settings, "set": _set,
    "scope": _scope, "reload": _reload, "changelog": _changelog,
}  # fmt: skip
