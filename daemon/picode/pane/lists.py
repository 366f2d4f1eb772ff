"""The lists that one chooses from: their rows, made of what the daemon or this machine told."""

import time
from collections.abc import Iterable
from dataclasses import replace
from fnmatch import fnmatchcase

from picode.messages import LEVELS
from picode.pane.picker import Choice, Picker, picker, with_choices
from picode.pane.safe import safe_line
from picode.pane.state import Row
from picode.protocol.values import ConversationInfo, Hit, ModelInfo


def conversations(found: Iterable[ConversationInfo], view: str = "", now: float | None = None) -> Picker:
    """`view`: `a` of all projects, `l` the longest first, `n` only those with a name."""
    source = tuple(one for one in found if one.messages or one.first)
    empty = picker("conversation", "", ())
    return viewed(replace(empty, source=source), view, now)


def viewed(one: Picker, view: str, now: float | None = None) -> Picker:
    now = time.time() if now is None else now
    kept = [info for info in one.source if info.name or "n" not in view]
    if "l" in view:
        kept.sort(key=lambda info: -info.messages)
    told = [
        "of all projects" if "a" in view else "of this project",
        "the longest first" if "l" in view else "the latest first",
    ]
    title = f"Which conversation? ({', '.join(told)}{', with a name' if 'n' in view else ''})"
    rows = tuple(_conversation(info, now, "a" in view) for info in kept)
    return with_choices(replace(one, title=title, view=view), rows)


def _conversation(one: ConversationInfo, now: float, where: bool) -> Choice:
    told = safe_line(one.name or one.first) or "(nothing said)"
    note = f"{_ago(now - one.modified / 1000)} · {one.messages} messages · {safe_line(one.id[:8])}"
    return Choice(one.id, told, note=f"{note} · {safe_line(one.cwd)}" if where else note,
                  style="bold" if one.name else "", mark="" if one.state == "idle" else "●")  # fmt: skip


def _ago(seconds: float) -> str:
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {name} ago"
    return "now"


def hits(found: Iterable[Hit]) -> list[Choice]:
    """One row for each conversation with a message that a search found."""
    rows: dict[str, Choice] = {}
    for hit in found:
        piece = safe_line("".join(hit.pieces))
        if hit.conversation not in rows:
            rows[hit.conversation] = Choice(
                hit.conversation, safe_line(hit.name) or "(nothing said)", note=f"… {piece}", preview=piece
            )
        elif piece not in (before := rows[hit.conversation]).preview:
            rows[hit.conversation] = replace(before, preview=f"{before.preview}\n{piece}")
    return list(rows.values())


def models(found: Iterable[ModelInfo], now: str) -> Picker:
    rows = [_model(one, one.name == now) for one in found if one.usable]
    return picker("model", "Which model?", rows, current=now)


def _model(one: ModelInfo, now: bool, mark: str = "") -> Choice:
    window = [f"{one.context_window // 1000}k"] if one.context_window else []
    notes = [*window, *(["thinks"] if one.thinks else []), *(["(now)"] if now else [])]
    return Choice(one.name, safe_line(one.name), note=" · ".join(notes), mark=mark)


def scoped(found: Iterable[ModelInfo], chosen: Iterable[str], now: str) -> Picker:
    """Which models the key for the next one goes through; the chosen ones stand first, in their order."""
    usable = tuple(one for one in found if one.usable)
    empty = picker("scoped", "Which models does the key for the next model go through? (none: all)", ())
    names = in_scope([one.name for one in usable], chosen) if chosen else []
    return with_scope(replace(empty, source=usable, subject=now), names)


def with_scope(one: Picker, chosen: list[str]) -> Picker:
    by_name = {info.name: info for info in one.source}
    first = [by_name[name] for name in chosen if name in by_name]
    rest = [info for info in one.source if info.name not in chosen]
    rows = [_model(info, info.name == one.subject, "✓") for info in first]
    rows += [_model(info, info.name == one.subject, "·") for info in rest]
    return with_choices(replace(one, view="\n".join(info.name for info in first)), tuple(rows))


def chosen_models(one: Picker) -> list[str]:
    return one.view.split("\n") if one.view else []


def in_scope(names: list[str], patterns: Iterable[str]) -> list[str]:
    """The names that the patterns mean, `anthropic/*` or a part of a name, in the patterns' order; none: all."""
    bare = [
        pattern.partition(":")[0] if pattern.partition(":")[2] in LEVELS else pattern for pattern in patterns
    ]
    found = [name for pattern in bare for name in names if _means(pattern.lower(), name.lower())]
    return list(dict.fromkeys(found)) or names


def _means(pattern: str, name: str) -> bool:
    if any(sign in pattern for sign in "*?["):
        return fnmatchcase(name, pattern) or fnmatchcase(name.partition("/")[2], pattern)
    return pattern in name


def next_model(names: list[str], now: str, step: int) -> str:
    """The one after `now`, or before it; empty: there is no other."""
    others = [name for name in names if name != now]
    if not others:
        return ""
    return names[(names.index(now) + step) % len(names)] if now in names else names[0 if step > 0 else -1]


def thinking(now: str) -> Picker:
    rows = [Choice(level, level, note="(now)" if level == now else "") for level in LEVELS]
    return picker("thinking", "How hard is the model to think?", rows, current=now)


def providers(rows: Iterable[Row], leaving: bool) -> Picker:
    if leaving:
        kept = [_provider(row) for row in rows if row.kind == "kept"]
        return picker("logout", "Whose key is to be forgotten?", kept)
    return picker("login", "Whose key is to be kept?", [_provider(row) for row in rows])


def _provider(row: Row) -> Choice:
    return Choice(row.name, row.name, note=safe_line(row.value) or "no key", mark="✓" if row.value else "·")


def settings(rows: Iterable[Row], current: str = "") -> Picker:
    choices = [Choice(row.name, row.name, note=safe_line(row.value), preview=row.told) for row in rows]
    found = picker("settings", "Which setting is to be changed?", choices, current=current)
    return replace(found, source=tuple(rows))


def values(row: Row) -> Picker:
    rows = [Choice(value, value, note="(now)" if value == row.value else "") for value in row.choices]
    return picker(
        "value", f"{row.name}: {row.told.partition(chr(10))[0]}", rows, current=row.value, subject=row.name
    )


SUMMARY = (
    Choice("no", "No summary", note="the branch stays in the tree"),
    Choice("yes", "Summarise", note="the model is told what happened there"),
    Choice("words", "Summarise, looking at …", note="you say what matters"),
)


def summary(entry: str) -> Picker:
    return picker("summary", "Is the branch that you leave to be summarised?", SUMMARY, subject=entry)
