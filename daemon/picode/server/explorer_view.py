"""What the explorer is shown: values in, one snapshot line out, never larger than the plugin can take."""

import time
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import TypeVar

from msgspec import Struct

from picode.context.fuzzy import Finder
from picode.context.gitstate import GitState
from picode.context.tree import Row, Rows, Tree
from picode.protocol import plugin
from picode.protocol.values import CommandNote, ConversationInfo, Status

MOST_ROWS = 160
"""Rows of the tree in one snapshot: two screens of a tall pane."""
MARGIN = 12
"""Rows of the other sections above and below those that are drawn."""
LONGEST_COMMAND = 120
LONGEST_NAME = 80
FEW_ROWS = 48
"""Shown to an instance that has not said how tall it is."""
FEW = (0, 8)
"""The same, of conversations and commands."""
SHARE = 5000
"""Bytes of a snapshot that a section other than the files may take."""
T = TypeVar("T")
R = TypeVar("R", bound=Struct)


@dataclass(frozen=True)
class View:
    """Which rows an instance of the plugin draws, and what it looks for."""

    first: int = 0
    rows: int = 0
    conversations: plugin.Span = (0, 0)
    commands: plugin.Span = (0, 0)
    section: str = ""
    query: str = ""


@dataclass
class Shown:
    """All that goes into snapshots. `rows` follow from `tree` and `unfolded`; call `unfold` to change those."""

    project: str = ""
    tree: Tree = field(default_factory=lambda: Tree(()))
    git: GitState = field(default_factory=GitState)
    unfolded: set[str] = field(default_factory=set)
    status: Status = field(default_factory=Status)
    commands: Sequence[CommandNote] = ()
    """Latest last."""
    conversations: Sequence[ConversationInfo] = ()
    current: str = ""
    """The workspace's conversation."""
    touched: Set[str] = frozenset()
    """Files that the assistant changed in it, and the directories that they are in."""
    referred: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Files that the last answer names, with line and column."""
    paused: int = 0
    terminals: int = 0
    notice: str = ""
    rows: Rows = field(default_factory=Rows)
    planted: bool = False
    """The project has been looked at."""
    names: dict[str, str] = field(default_factory=dict)
    """The real path for each that could not be shown as it is."""
    _finder: Finder | None = None
    _found: dict[str, list[Row]] = field(default_factory=dict)

    def replant(self, tree: Tree, git: GitState) -> None:
        self.tree, self.git, self.planted = tree, git, True
        self._finder, self._found = None, {}
        self.rows = tree.rows(self.unfolded)

    def unfold(self, path: str, opened: bool) -> None:
        (self.unfolded.add if opened else self.unfolded.discard)(path)
        self.rows = self.tree.rows(self.unfolded)

    def find(self, query: str) -> list[Row]:
        """Files that fit; kept until the tree changes. The first of a large tree take a while: use a thread."""
        tree = self.tree
        if query not in self._found:
            finder = self._finder = self._finder or Finder(tree.paths)
            found = [Row("f", tree.paths[at]) for at in finder.find(query)]
            if tree is not self.tree:
                return found
            if len(self._found) > 8:
                self._found.clear()
            self._found[query] = found
        return self._found.get(query, [])

    def rest(self) -> None:
        """Nobody filters any more."""
        self._finder, self._found = None, {}

    def real(self, path: str) -> str:
        """The path that the plugin means by `path`."""
        return self.names.get(path, path)

    def place(self, path: str) -> tuple[str, int, int]:
        """The real path, line and column that the plugin means by `path`; 0: not said."""
        real = self.real(path)
        line, column = self.referred.get(real, (0, 0)) if path != real else (0, 0)
        return real, line, column

    def visible(self, path: str) -> str:
        """`path` as text: a name that is not UTF-8 gets replacement characters, and a file that the last answer names
        its line."""
        if path in self.referred:
            text = f"{self._as_text(path)}:{self.referred[path][0]}"
            self.names[text] = path
            return text
        return self._as_text(path)

    def _as_text(self, path: str) -> str:
        try:
            path.encode()
        except UnicodeEncodeError:
            text = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            self.names[text] = path
            return text
        return path


def snapshot(shown: Shown, view: View, pipe: str, meant: Sequence[int] = (), beat: bool = False) -> str:
    """The line for an instance that draws `view`; it holds the rows around it, as many as fit."""
    status = shown.status
    made = plugin.Snapshot(
        v=plugin.VERSION,
        events_pipe=pipe,
        beat=beat,
        project=shown.project,
        branch=shown.git.branch,
        status=plugin.ShownStatus(
            "thinking" if status.state == "compacting" else status.state,
            status.model,
            status.cost,
            len(status.queue),
        ),
        paused=shown.paused,
        terminals=shown.terminals,
        notice=(shown.notice or _resting(shown))[:200],
    )
    if view.query:
        made.filter = plugin.ShownFilter(view.section, view.query)
    _add_conversations(made, shown, view)
    _add_commands(made, shown, view)
    room = plugin.LARGEST_SNAPSHOT - len(plugin.encode_snapshot(made).encode()) - 100
    if shown.planted:
        made.tree = _window(shown, view, room)
        made.tree.meant = list(meant)
    return plugin.encode_snapshot(made)


def _resting(shown: Shown) -> str:
    """Where no command is listed, no section says that the recording rests."""
    return "recording is paused" if shown.paused and not shown.commands else ""


def _add_conversations(made: plugin.Snapshot, shown: Shown, view: View) -> None:
    now = time.time()

    def drawn(info: ConversationInfo) -> plugin.ShownConversation:
        state = "thinking" if info.state == "compacting" else info.state
        name = _text(info.name or info.first or "(nothing said)", LONGEST_NAME)
        age = _age(now - info.modified / 1000)
        return plugin.ShownConversation(info.id, name, age, state, info.id == shown.current)

    found = _fitting(shown.conversations, lambda info: info.name or info.first, "conversations", view)
    first, rows = _span(found, view.conversations, drawn)
    made.conversations = plugin.ShownConversations(first, len(found), rows)


def _add_commands(made: plugin.Snapshot, shown: Shown, view: View) -> None:
    def drawn(note: CommandNote) -> plugin.ShownCommand:
        text = _text(note.command, LONGEST_COMMAND)
        return plugin.ShownCommand(note.terminal, note.number, text, note.status, note.changed or None)

    found = _fitting(shown.commands[::-1], lambda note: note.command, "commands", view)
    made.commands_first, rows = _span(found, view.commands, drawn)
    made.commands, made.commands_total = rows[::-1], len(found)


def _fitting(items: Sequence[T], text: Callable[[T], str], section: str, view: View) -> Sequence[T]:
    if view.section != section or not view.query:
        return items
    return [items[at] for at in Finder(map(text, items)).find(view.query)]


def _span(items: Sequence[T], span: plugin.Span, draw: Callable[[T], R]) -> tuple[int, list[R]]:
    """The rows that are drawn and some around them; where those do not fit, from the first drawn one on."""
    wanted, count = span if span[1] else FEW
    wanted = max(min(wanted, len(items) - count), 0)
    first = max(wanted - MARGIN, 0)
    rows = _as_fit(items[first : wanted + count + MARGIN], draw)
    if first + len(rows) < min(wanted + count, len(items)):
        first, rows = wanted, _as_fit(items[wanted : wanted + count], draw)
    return first, rows


def _as_fit(items: Sequence[T], draw: Callable[[T], R]) -> list[R]:
    room, out = SHARE, []
    for item in items:
        row = draw(item)
        room -= len(plugin.encode(row)) + 1
        if room < 0:
            break
        out.append(row)
    return out


def _text(text: str, longest: int) -> str:
    return " ".join(text.split())[:longest].encode("utf-8", "replace").decode()


def _age(seconds: float) -> str:
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {name}"
    return "now"


def _window(shown: Shown, view: View, room: int) -> plugin.ShownTree:
    """Rows from a little above the view on; those that do not fit are left out at the end."""
    rows = shown.find(view.query) if view.section == "files" and view.query else shown.rows
    tall = min(view.rows or FEW_ROWS, MOST_ROWS)
    above = (MOST_ROWS - tall) // 3
    # a pane that stands near the end still gets a whole window
    first = max(min(view.first - above, len(rows) - MOST_ROWS), 0)
    made = _packed(shown, rows, first, room)
    if first + len(made.rows) < min(view.first + tall, len(rows)):
        # long names: better the drawn rows alone than the ones above them
        made = _packed(shown, rows, min(view.first, len(rows)), room)
    return made


def _packed(shown: Shown, rows: Sequence[Row], first: int, room: int) -> plugin.ShownTree:
    made = plugin.ShownTree(first, len(rows))
    before = ""
    for row in rows[first : first + MOST_ROWS]:
        path = shown.visible(row.path)
        kept = _common(before, path)
        packed: plugin.Row = (row.kind, shown.git.mark(row.path), kept, path[kept:])
        # control characters are written as six bytes, in JSON; and its place among those that were touched
        room -= len(packed[3].encode()) + 5 * sum(c < " " or c in '"\\' for c in packed[3]) + 22
        if room < 0:
            break
        if row.path in shown.touched:
            made.touched.append(len(made.rows))
        made.rows.append(packed)
        before = path
    return made


def _common(one: str, other: str) -> int:
    """How many characters both begin with."""
    for at, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return at
    return min(len(one), len(other))


def groups(views: Mapping[tuple[int, int], View]) -> list[tuple[View, tuple[int, ...]]]:
    """One snapshot for all instances that draw the same rows; one each, addressed, when they do not."""
    if len(set(views.values())) <= 1:
        return [(view, ()) for view in list(views.values())[:1]]
    return [(view, who) for who, view in views.items()]
