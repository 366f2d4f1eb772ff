"""Which tools there are. To add one: a file in this package with a class that fits `base.Tool`, and a line here."""

from picode.tools.base import Tool
from picode.tools.bash import Bash
from picode.tools.edit import Edit
from picode.tools.find import Find
from picode.tools.grep import Grep
from picode.tools.ls import Ls
from picode.tools.processes import Commands
from picode.tools.read import Read
from picode.tools.write import Write


def tools(commands: Commands) -> dict[str, Tool]:
    """By name, in the order in which a model is told of them."""
    return {
        "read": Read(),
        "bash": Bash(commands),
        "edit": Edit(),
        "write": Write(),
        "grep": Grep(),
        "find": Find(),
        "ls": Ls(),
    }
