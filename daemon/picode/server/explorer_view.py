"""What the explorer is shown: values in, one snapshot line out, never larger than the plugin can take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from picode.context.gitstate import GitState
from picode.context.tree import Row, Tree
from picode.protocol import plugin
from picode.protocol.values import CommandNote, Status

MOST_ROWS = 160
"""Rows of the tree in one snapshot: two screens of a tall pane."""
MOST_COMMANDS = 8
LONGEST_COMMAND = 120
FEW_ROWS = 48
"""Shown to an instance that has not said how tall it is."""


@dataclass
class View:
    """Which rows of the tree an instance of the plugin draws."""

    first: int = 0
    rows: int = 0


@dataclass
class Shown:
    """All that goes into snapshots. `rows` follow from `tree` and `unfolded`; call `unfold` to change those."""

    project: str = ""
    tree: Tree = field(default_factory=lambda: Tree(()))
    git: GitState = field(default_factory=GitState)
    unfolded: set[str] = field(default_factory=set)
    status: Status = field(default_factory=Status)
    commands: Sequence[CommandNote] = ()
    notice: str = ""
    rows: list[Row] = field(default_factory=list)
    planted: bool = False
    """The project has been looked at."""
    names: dict[str, str] = field(default_factory=dict)
    """The real path for each that could not be shown as it is."""

    def replant(self, tree: Tree, git: GitState) -> None:
        self.tree, self.git, self.planted = tree, git, True
        self.rows = tree.rows(self.unfolded)

    def unfold(self, path: str, opened: bool) -> None:
        (self.unfolded.add if opened else self.unfolded.discard)(path)
        self.rows = self.tree.rows(self.unfolded)

    def real(self, path: str) -> str:
        """The path that the plugin means by `path`."""
        return self.names.get(path, path)

    def visible(self, path: str) -> str:
        """`path` as text: a name that is not UTF-8 gets replacement characters."""
        try:
            path.encode()
        except UnicodeEncodeError:
            text = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            self.names[text] = path
            return text
        return path


def snapshot(shown: Shown, view: View, pipe: str, meant: Sequence[int] = (), beat: bool = False) -> str:
    """The line for an instance that draws `view`; its tree holds the rows around it, as many as fit."""
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
        commands=[_command(note) for note in shown.commands[-MOST_COMMANDS:]],
        notice=shown.notice[:200],
    )
    room = plugin.LARGEST_SNAPSHOT - len(plugin.encode_snapshot(made).encode()) - 100
    if shown.planted:
        made.tree = _window(shown, view, room)
        made.tree.meant = list(meant)
    return plugin.encode_snapshot(made)


def _command(note: CommandNote) -> plugin.ShownCommand:
    text = " ".join(note.command.split())[:LONGEST_COMMAND].encode("utf-8", "replace").decode()
    return plugin.ShownCommand(note.terminal, note.number, text, note.status)


def _window(shown: Shown, view: View, room: int) -> plugin.ShownTree:
    """Rows from a little above the view on; those that do not fit are left out at the end."""
    total = len(shown.rows)
    tall = min(view.rows or FEW_ROWS, MOST_ROWS)
    above = (MOST_ROWS - tall) // 3
    # a pane that stands near the end still gets a whole window
    first = max(min(view.first - above, total - MOST_ROWS), 0)
    rows = _packed(shown, first, room)
    if first + len(rows) < min(view.first + tall, total):
        # long names: better the drawn rows alone than the ones above them
        first = min(view.first, total)
        rows = _packed(shown, first, room)
    return plugin.ShownTree(first, total, rows)


def _packed(shown: Shown, first: int, room: int) -> list[plugin.Row]:
    out: list[plugin.Row] = []
    before = ""
    for row in shown.rows[first : first + MOST_ROWS]:
        path = shown.visible(row.path)
        kept = _common(before, path)
        packed: plugin.Row = (row.kind, shown.git.mark(row.path), kept, path[kept:])
        # control characters are written as six bytes, in JSON
        room -= len(packed[3].encode()) + 5 * sum(c < " " or c in '"\\' for c in packed[3]) + 18
        if room < 0:
            break
        out.append(packed)
        before = path
    return out


def _common(one: str, other: str) -> int:
    """How many characters both begin with."""
    for at, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return at
    return min(len(one), len(other))


def groups(views: Mapping[tuple[int, int], View]) -> list[tuple[View, tuple[int, ...]]]:
    """One snapshot for all instances that draw the same rows; one each, addressed, when they do not."""
    different = {(view.first, view.rows) for view in views.values()}
    if len(different) <= 1:
        return [(view, ()) for view in list(views.values())[:1]]
    return [(view, who) for who, view in views.items()]
