"""What has to change so that everything is as it was before set-up: purely by `Facts`."""

from pathlib import Path

from picode.errors import BadData
from picode.installation import lines, permissions
from picode.installation.changes import Change, Plan
from picode.installation.facts import Facts


def undo(facts: Facts) -> Plan:
    """Take our files, lines and entries away; what the user wrote into them stays, and a note says so."""
    notes: list[str] = []
    changes = [*_files(facts, notes), *_lines(facts), *_grants(facts, notes)]
    spent = _backups(facts, changes, notes)
    changes += spent
    remembered = facts.found.get(facts.record_file)
    if remembered is not None:
        changes.append(Change(facts.record_file, "what set-up remembers of its files", remembered, None))
    emptied = [Path(path) for path in reversed(facts.record.directories)]
    return Plan(changes, notes=notes, emptied=emptied)


def _files(facts: Facts, notes: list[str]) -> list[Change]:
    changes: list[Change] = []
    for name in facts.record.files:
        path = Path(name)
        content = facts.found.get(path)
        if content is None:
            continue
        if facts.record.is_ours(path, content):
            changes.append(Change(path, "written by set-up", content, None, opaque=path.suffix == ".wasm"))
        else:
            notes.append(f"{path} was edited and is left where it is.")
    return changes


def _lines(facts: Facts) -> list[Change]:
    changes: list[Change] = []
    for file in dict.fromkeys([*map(Path, facts.record.lines), *facts.rc_files.values()]):
        content = facts.found.get(file)
        known = facts.record.lines.get(str(file))
        without, had = lines.take(content or b"", known)
        if had:
            after = None if known and known.created and not without else without
            changes.append(
                Change(file, "without our line", content, after, backup=True, via=facts.via.get(file))
            )
    return changes


def _grants(facts: Facts, notes: list[str]) -> list[Change]:
    """Every plugin file of ours loses its entry: those of earlier versions, too."""
    plugins = [name for name in facts.record.files if name.endswith(".wasm")] or [str(facts.plugin_file)]
    changes: list[Change] = []
    for file in dict.fromkeys([*map(Path, facts.record.grants), facts.permissions]):
        content = facts.found.get(file)
        known = facts.record.grants.get(str(file))
        if content is None:
            continue
        try:
            without = permissions.revoke(content, plugins, file, known)
        except BadData:
            notes.append(f"{file} is damaged and is left as it is.")
            continue
        if without != content:
            after = None if known and known.created and not without.strip() else without
            changes.append(Change(file, "without the explorer's permissions", content, after, backup=True))
    return changes


def _backups(facts: Facts, changes: list[Change], notes: list[str]) -> list[Change]:
    """Copies of files that are as they were are removed; the others stay, for the user to look at."""
    after = {change.path: change.after for change in changes}
    copies: dict[Path, dict[Path, bytes | None]] = {}
    for name, original in facts.record.backups.items():
        copies.setdefault(Path(original), {})[Path(name)] = facts.found.get(Path(name))
    removed: list[Change] = []
    for of, made in copies.items():
        final = after[of] if of in after else facts.found.get(of)
        if final in made.values():
            removed += [Change(c, f"a copy of {of}", was, None) for c, was in made.items() if was is not None]
        else:
            kept = ", ".join(str(copy) for copy, was in made.items() if was is not None)
            if kept:
                notes.append(f"{of} was changed since; what it was before set-up is kept in {kept}.")
    return removed
