"""The command that an answer suggests: its last shell block, when that holds one command."""

import re

FENCE = re.compile(
    r"^(?P<indent>[ ]{0,12})(?P<fence>```+|~~~+)[ ]*(?P<language>[\w-]*)[^\n`]*\n"
    r"(?P<body>.*?)^[ ]{0,12}(?P=fence)[`~]*[ ]*$",
    re.MULTILINE | re.DOTALL,
)
LANGUAGES = frozenset(["sh", "bash", "zsh", "fish", "shell", "console", "shell-session", "terminal"])
CONSOLE = frozenset(["console", "shell-session", "terminal"])
PROMPT = re.compile(r"[$%❯] ")


def suggested(text: str) -> str:
    """`git status` of an answer that ends in a ```sh block with it; empty: there is none."""
    blocks = [found for found in FENCE.finditer(text) if found["language"].lower() in LANGUAGES]
    if not blocks:
        return ""
    last = blocks[-1]
    indent = len(last["indent"])
    lines = [line[indent:] if not line[:indent].strip() else line for line in last["body"].split("\n")]
    return _command(lines, last["language"].lower() in CONSOLE)


def _command(lines: list[str], console: bool) -> str:
    """One command; one that goes over several lines is one when each but the last ends in a backslash."""
    told = [line.rstrip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    prompts = [at for at, line in enumerate(told) if PROMPT.match(line)]
    if prompts:
        # what stands between the prompts is output
        if len(prompts) > 1:
            return ""
        told = told[prompts[0] :]
        told[0] = PROMPT.sub("", told[0], count=1)
        told = _continued(told)
    elif console and len(told) > 1:
        told = _continued(told)
    if not told or len(_continued(told)) != len(told):
        return ""
    # one line: a line feed would run it
    return " ".join(line.removesuffix("\\").strip() for line in told)


def _continued(lines: list[str]) -> list[str]:
    """The first line and those that continue it."""
    for at, line in enumerate(lines):
        if not line.endswith("\\"):
            return lines[: at + 1]
    return lines
