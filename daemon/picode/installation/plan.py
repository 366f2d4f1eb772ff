"""What set-up has to change so that everything is in place: purely by `Facts`."""

import copy
from pathlib import Path

from picode.installation import layout, lines, permissions
from picode.installation.changes import Change, Plan
from picode.installation.facts import Facts, spare
from picode.installation.record import Record, digest


def plan(facts: Facts, grant: bool = True, again: bool = True) -> Plan:
    """Every change, or an empty plan when all is in place.

    `grant`: give the plugin its permissions, too. `again`: put a line back that the user took out of an rc file.
    """
    record = copy.deepcopy(facts.record)
    record.version = facts.version
    notes: list[str] = []
    changes = [
        *_layouts(facts, record, notes),
        *_own(facts, record, facts.plugin_file, "the explorer, a Zellij plugin", facts.plugin),
        *(_grant(facts, record) if grant else ()),
        *_scripts(facts, record, notes),
        *_rc_lines(facts, record, notes, again),
    ]
    changes += _backups(facts, record, changes)
    if not changes and record == facts.record:
        return Plan(notes=notes)
    made = _missing(facts, [*(change.path for change in changes), facts.record_file])
    record.directories += [str(path) for path in made if str(path) not in record.directories]
    after, before = record.encode(), facts.found.get(facts.record_file)
    if after != before:
        changes.append(
            Change(facts.record_file, "what set-up remembers of its files", before, after, opaque=True)
        )
    return Plan(changes, made, notes)


def _own(facts: Facts, record: Record, path: Path, what: str, after: bytes) -> list[Change]:
    """A file that only set-up writes."""
    before = facts.found.get(path)
    record.files[str(path)] = digest(after)
    return [] if before == after else [Change(path, what, before, after, opaque=path.suffix == ".wasm")]


def _editable(facts: Facts, record: Record, notes: list[str], wanted: Change) -> list[Change]:
    """A file that the user may edit: an edited one is kept, and ours lies beside it."""
    assert wanted.after is not None
    beside = spare(wanted.path)
    before = facts.found.get(wanted.path)
    if before is None or before == wanted.after or facts.record.is_ours(wanted.path, before):
        return [
            *_own(facts, record, wanted.path, wanted.what, wanted.after),
            *_withdrawn(facts, record, beside),
        ]
    notes.append(f"{wanted.path} was edited and is kept; PiCode's own is {beside}: rename it to use it.")
    return _own(facts, record, beside, "ours, beside the edited one", wanted.after)


def _layouts(facts: Facts, record: Record, notes: list[str]) -> list[Change]:
    changes: list[Change] = []
    for name, template in facts.templates.items():
        after = layout.fill_in(template, facts.plugin_file, facts.command).encode()
        wanted = Change(facts.layouts / name, "the workspace's layout", None, after)
        changes += _editable(facts, record, notes, wanted)
    return changes


def _withdrawn(facts: Facts, record: Record, path: Path) -> list[Change]:
    """Remove a file of ours that is not needed any more."""
    content = facts.found.get(path)
    record.files.pop(str(path), None)
    if content is None or not facts.record.is_ours(path, content):
        return []
    return [Change(path, "not needed any more", content, None)]


def _grant(facts: Facts, record: Record) -> list[Change]:
    file = facts.permissions
    before = facts.found.get(file)
    if permissions.granted(before, facts.plugin_file, file):
        return []
    after, record.grants[str(file)] = permissions.grant(
        before, facts.plugin_file, file, record.grants.get(str(file))
    )
    return [Change(file, "what the explorer may do in Zellij", before, after, backup=True)]


def _scripts(facts: Facts, record: Record, notes: list[str]) -> list[Change]:
    """For every shell, so that a shell that comes later has only its line to add."""
    changes: list[Change] = []
    for shell, text in facts.scripts.items():
        what = f"recorder and keys for {shell}"
        wanted = Change(facts.script_file(shell), what, None, text.encode())
        changes += _editable(facts, record, notes, wanted)
    return changes


def _rc_lines(facts: Facts, record: Record, notes: list[str], again: bool) -> list[Change]:
    changes: list[Change] = []
    for shell, file in facts.rc_files.items():
        before = facts.found.get(file)
        line = lines.line_for(shell, facts.script_file(shell))
        known = facts.record.lines.get(str(file))
        if lines.has(before or b"", line):
            continue
        if known and known.text == line and not again:
            notes.append(f"Our line in {file} was taken out and stays out; `picode setup` puts it back.")
            continue
        after, record.lines[str(file)] = lines.put(before, line, known)
        via = facts.via.get(file)
        changes.append(
            Change(file, f"one line, read when {shell} starts", before, after, backup=True, via=via)
        )
    return changes


def _backups(facts: Facts, record: Record, changes: list[Change]) -> list[Change]:
    """A copy of each file of the user's that was there before us."""
    made: list[Change] = []
    for change in changes:
        known = record.lines.get(str(change.path)) or record.grants.get(str(change.path))
        if change.backup and change.before is not None and not (known and known.created):
            copy_of = facts.data / "backups" / f"{change.path.name}.{digest(change.before)[:8]}"
            record.backups[str(copy_of)] = str(change.path)
            if facts.found.get(copy_of) != change.before:
                what = f"a copy of {change.path} as it is now"
                made.append(
                    Change(copy_of, what, facts.found.get(copy_of), change.before, opaque=True, mode=0o600)
                )
    return made


def _missing(facts: Facts, files: list[Path]) -> list[Path]:
    """The directories that are still to be made, outermost first."""
    missing = {parent for file in files for parent in file.parents if parent not in facts.directories}
    return sorted(missing, key=lambda path: (len(path.parts), path))
