"""Prints `docs/panes.md` from the tools: `python -m picode.tools.describe_panes`."""

from typing import Any

from picode.messages import ToolSpec
from picode.tools.pane_control import PaneClose, PaneFocus, PaneWrite
from picode.tools.pane_read import PaneRead, PaneWait
from picode.tools.pane_run import PaneRerun, PaneRun

HEAD = """# Panes as tools

What can the assistant do in panes of your workspace, and what do you see of it? The tables are printed by
`python -m picode.tools.describe_panes`; do not edit.

In a workspace ([zellij.md](zellij.md)) the assistant may open a pane and run a command in it, where you see it: a
server, a watcher, something that asks. It asks you first, as for `bash`, and what you granted for a command line counts
here, too ([permissions.md](permissions.md)). A new pane takes half of the largest terminal of the assistant's tab, or
floats at the top right and stays in sight, or is a tab; your focus stays where it is. What runs there goes on after the
turn, when you detach, and when the daemon is started anew; the assistant finds it again by the pane's name.

When the command has ended the pane stays: Enter runs it again, Ctrl-C closes it. Type into it as you like. Close the
pane, and what runs in it ends; the assistant is told. After a resurrection Zellij shows the pane and waits: Enter
runs its command again, and so does the assistant's `pane_rerun`; what it had written before is gone. The assistant
reads and types in panes that it opened, and in no other.

Commands run with `bash -c` in the conversation's directory, with the environment of the Zellij session. Output is kept
byte for byte by the recorder, the first and the last 512 KB of each command; the model gets the text that a person
would have seen, cut and without secrets as with `bash`. Why so: [0012](decisions/0012-panes-are-recorders.md).
Outside of Zellij there are no panes, and the model is not told of these tools.
"""


def page() -> str:
    tools = (PaneRun, PaneRerun, PaneWait, PaneRead, PaneWrite, PaneFocus, PaneClose)
    return HEAD + "".join(_section(tool.spec, tool.reads) for tool in tools)


def _section(spec: ToolSpec, reads: bool) -> str:
    asks = "Never asks." if reads else "Asks."
    rows = "".join(
        f"| `{name}` | {_type(said)} | {'yes' if name in spec.parameters['required'] else ''} "
        f"| {said['description']} |\n"
        for name, said in spec.parameters["properties"].items()
    )
    return (
        f"\n## {spec.name}\n\n{spec.description} {asks}\n\n| parameter | type | needed | meaning |\n"
        f"|---|---|---|---|\n{rows}"
    )


def _type(said: dict[str, Any]) -> str:
    return ", ".join(f"`{one}`" for one in said["enum"]) if "enum" in said else str(said["type"])


if __name__ == "__main__":
    print(page(), end="")
