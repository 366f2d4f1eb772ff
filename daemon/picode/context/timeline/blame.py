"""Which change broke a test: its first red run after its last green one, and what changed between them."""

from collections.abc import Sequence
from typing import Protocol

from msgspec.structs import replace

from picode.context.timeline.runs import Break, find, runs_of, turns
from picode.context.timeline.telling import files_told, moment, named, when
from picode.protocol.values import Blame, FileChange, GitPoint, TimelineEntry

MOST_TOLD = 12
"""Commands that the sentences name; the others are counted."""


class Differences(Protocol):
    # the commits between two, newest first, one line each
    def commits(self, old: str, new: str) -> list[str]: ...

    # Git's own count of what two commits differ in
    def stat(self, old: str, new: str) -> list[str]: ...


def blame(entries: Sequence[TimelineEntry], test: str, git: Differences) -> Blame:
    """`entries`: of one project, in any order. Runs of the very command count, else of one that begins with it."""
    runs, unclear = runs_of(entries, test)
    if not runs:
        return Blame("no_runs", _no_runs(test, unclear))
    told = Blame("green", runs=len(runs))
    found = find(runs)
    if found is None:
        told.verdict = "green" if runs[-1].status == 0 else "never_green"
        told.sentences = _one_colour(test, runs)
        return told
    told.verdict = "broken" if found.still else "mended"
    told.green, told.red = found.green, found.red
    told.between = between(entries, found, test)
    old, new = _commit(found.green, found.green.before), _commit(found.red, found.red.before)
    if old and new and old != new:
        told.commits, told.stat = git.commits(old, new), git.stat(old, new)
    if not told.between and (not old or old == new):
        told.verdict = "flaky"
    told.sentences = [
        *_found(test, runs, found),
        *_changes(told, found, old, new),
        *_doubts(told, runs, unclear),
    ]
    return told


def between(entries: Sequence[TimelineEntry], found: Break, test: str) -> list[TimelineEntry]:
    """What changed after the green run began (it may not have seen it) and before the red one ended, by others."""
    first, last = found.green.started, found.red.started + found.red.duration
    own = {id(found.green), id(found.red)}
    out = []
    for entry in sorted(entries, key=lambda entry: (entry.started, entry.number)):
        if id(entry) in own or entry.started > last or entry.started + entry.duration < first:
            continue
        files = [change for change in entry.files if first <= change.time <= last]
        moved = bool(entry.before and entry.after and entry.before.head != entry.after.head)
        if files or moved:
            changed = entry.changed if len(files) == len(entry.files) else len(files)
            out.append(_with(entry, files, changed))
    return out


def _with(entry: TimelineEntry, files: list[FileChange], changed: int) -> TimelineEntry:
    return replace(entry, files=files, changed=changed)


def _commit(run: TimelineEntry, before: GitPoint | None) -> str:
    state = run.before or run.after if before is None else before
    return state.head if state is not None else ""


# --- in words


def _no_runs(test: str, unclear: int) -> list[str]:
    if unclear:
        return [f"`{test}` was run {_times(unclear)} here, but never to its end: nothing can be told."]
    return [
        f"No run of `{test}` is known in this project.",
        "Only commands of recorded terminals are; `picode timeline` lists them as they were typed.",
    ]


def _one_colour(test: str, runs: Sequence[TimelineEntry]) -> list[str]:
    count = _times(len(runs))
    if runs[-1].status == 0:
        return [
            f"`{test}` was never red: it ran {count} since {when(runs[0].started)} and was green each time."
        ]
    return [
        f"`{test}` was never green here: it ran {count} since {when(runs[0].started)} and failed each time.",
        "What broke it happened before the first of these runs, so the timeline does not know it.",
    ]


def _found(test: str, runs: Sequence[TimelineEntry], found: Break) -> list[str]:
    green, red = found.green, found.red
    first = (
        f"`{test}` was green for the last time {when(green.started)}{_at(green)} and is red since "
        f"{when(red.started)}{_at(red)}, with status {red.status}."
        if found.still
        else f"`{test}` is green now. It broke last {when(red.started)}{_at(red)}, with status {red.status}, after a "
        f"green run {when(green.started)}{_at(green)}, and is green again since {when(found.mended)}."
    )
    sentences = [first]
    if found.reds > 1:
        sentences.append(f"It was red in {found.reds} runs one after the other.")
    if red.started < green.started + green.duration:
        sentences.append(
            "The two ran at the same time: what changed while they ran may have been seen by one and not by the other."
        )
    return sentences


def _changes(told: Blame, found: Break, old: str, new: str) -> list[str]:
    if not told.between:
        if old and new and old != new:
            return [
                f"The commit moved from {old[:9]} to {new[:9]} in between, by no recorded command.",
                *_commits(told),
            ]
        return ["Nothing changed between the two: no file, and not the commit."]
    sentences = []
    commands = [entry for entry in told.between if entry.command]
    if len(told.between) == 1:
        [only] = told.between
        sentences.append(f"One thing changed between the two: {named(only)}.")
    else:
        others = len(told.between) - len(commands)
        outside = f", and files changed {_times(others)} while no command ran" if others else ""
        plural = "s" if len(commands) != 1 else ""
        sentences.append(f"Between the two, {len(commands)} command{plural} changed something{outside}:")
    sentences += [
        f"  {moment(entry.started)}  {named(entry)}: {files_told(entry)}"
        for entry in told.between[:MOST_TOLD]
    ]
    if len(told.between) > MOST_TOLD:
        sentences.append(f"  … and {len(told.between) - MOST_TOLD} more; --json has all of them.")
    return [*sentences, *_commits(told)]


def _commits(told: Blame) -> list[str]:
    if not told.commits:
        return []
    plural = "s" if len(told.commits) != 1 else ""
    lines = [f"{len(told.commits)} commit{plural} came in between:", *(f"  {line}" for line in told.commits)]
    return [*lines, *(f" {line}" for line in told.stat)]


def _doubts(told: Blame, runs: Sequence[TimelineEntry], unclear: int) -> list[str]:
    sentences = []
    if told.verdict == "flaky":
        sentences.append(
            "The same state was green and red: the test may be flaky, or depend on something outside."
        )
    elif (count := turns(runs)) > 3:
        sentences.append(
            f"It went from one colour to the other {count} times in {len(runs)} runs: it may be flaky."
        )
    if any(entry.beside for entry in told.between):
        sentences.append(
            "Some of these commands ran at the same time: a file that both share may be either's."
        )
    if any(entry.incomplete for entry in told.between):
        sentences.append("Of some of these commands not every change is known.")
    if unclear:
        sentences.append(
            f"{unclear} run{'s' if unclear > 1 else ''} without a result (interrupted, or not started) did not count."
        )
    return sentences


def _at(run: TimelineEntry) -> str:
    state = run.before or run.after
    if state is None or not state.head:
        return ""
    dirty = f" with {state.dirty} changed file{'s' if state.dirty != 1 else ''}" if state.dirty else ""
    return f" ({state.branch} at {state.head[:9]}{dirty})"


def _times(count: int) -> str:
    return "once" if count == 1 else "twice" if count == 2 else f"{count} times"
