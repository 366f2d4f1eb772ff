"""Facts about a made-up machine whose files are real."""

import os
from dataclasses import replace
from pathlib import Path

from picode.installation.apply import apply
from picode.installation.changes import Plan
from picode.installation.facts import Facts, read, record_file, spare
from picode.installation.lines import SHELLS
from picode.installation.plan import plan
from picode.installation.record import Record, decode
from picode.installation.undo import undo

TEMPLATE = 'layout {\n    pane { plugin location="<plugin>"; }\n    pane command="<picode>" { args <arguments>; }\n}\n'


def look(home: Path, *shells: str, template: str = TEMPLATE, plugin: bytes = b"\0asm one") -> Facts:
    """What set-up would find below `home`, with rc files for `shells`."""
    data = home / "data"
    content = read(record_file(data))
    record = Record() if content is None else decode(content, record_file(data))
    facts = Facts(
        data=data,
        command=("/opt/pi code/bin/picode",),
        layouts=home / ".config" / "zellij" / "layouts",
        templates={"picode.kdl": template},
        plugin=plugin,
        permissions=home / ".cache" / "zellij" / "permissions.kdl",
        scripts={shell: f"# {shell}\n" for shell in SHELLS},
        rc_files={shell: home / f".{shell}rc" for shell in shells},
        record=record,
    )
    touched = {
        facts.permissions, facts.plugin_file, facts.record_file, *facts.rc_files.values(),
        *map(facts.script_file, SHELLS), facts.layouts / "picode.kdl", facts.layouts / "picode.kdl.new",
        *(spare(facts.script_file(shell)) for shell in SHELLS),
        *map(Path, [*record.files, *record.lines, *record.grants, *record.backups]),
    }  # fmt: skip
    parents = {parent for path in touched for parent in path.parents if parent.is_dir()}
    return replace(facts, found={path: read(path) for path in touched}, directories=frozenset(parents))


def set_up(home: Path, *shells: str, grant: bool = True, again: bool = True, **found: "str | bytes") -> Plan:
    done = plan(look(home, *shells, **found), grant, again)  # type: ignore[arg-type]
    apply(done)
    return done


def take_back(home: Path, *shells: str) -> Plan:
    done = undo(look(home, *shells))
    apply(done)
    return done


def tree(home: Path) -> dict[str, "tuple[int, bytes | str | None]"]:
    """Every file, link and directory below `home`: its mode, and its bytes or its target."""
    found: dict[str, tuple[int, bytes | str | None]] = {}
    for path in sorted(home.rglob("*")):
        content = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else None
        found[str(path.relative_to(home))] = (path.lstat().st_mode, content)
    return found
