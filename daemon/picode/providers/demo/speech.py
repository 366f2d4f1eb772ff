"""The demo's sentences."""

from typing import Any

from picode.messages import ToolResult, plain_text
from picode.providers.demo.finding import Finding

WHO = (
    "I am PiCode's demo, and no language model: I answer by fixed rules, so that you can try everything without a key. "
    "For real answers, set ANTHROPIC_API_KEY or OPENAI_API_KEY, or run `picode auth add anthropic`."
)
NOTE = "(The demo answers by rules; it is no language model.)"
CAN = """Here is what I can do:

- `read FILE`, `list DIR`, `search WORD in DIR`: I call the tool and sum up what it says.
- `run COMMAND`, `write FILE: TEXT`, `edit FILE: OLD to NEW`: I call the tool, and you are asked first.
- Send me a failed command with `Alt-a` in the terminal, and I say what its exit status and its output mean."""
SHOWN = 12
"""Lines of a tool's output that are repeated."""


def general(question: str, number: int) -> str:
    asked = " ".join(question.replace("`", "'").split())
    asked = asked if len(asked) <= 200 else asked[:199] + "…"
    heard = f"You said: “{asked}”." if asked else "You said nothing."
    if number > 1:
        heard += f" That was your message number {number} in this conversation."
    return f"{WHO}\n\n{heard}\n\n{CAN}"


def before(tool: str, arguments: dict[str, Any]) -> str:
    """What is said in front of a call."""
    what = arguments.get("command") or arguments.get("path") or arguments.get("pattern") or ""
    verbs = {"ls": "list", "bash": "run", "grep": "search in", "find": "look for"}
    return f"I {verbs.get(tool, tool)} `{what}`."


def told(finding: Finding) -> str:
    return "\n\n".join(part for part in (finding.text, _fix(finding), NOTE) if part)


def looked(finding: Finding, result: ToolResult) -> str:
    """After the place of a failure was read."""
    text = plain_text(result.content)
    place = f"{finding.path}:{finding.line}"
    if result.is_error:
        seen = f"I could not read {place}: {_line(text)}"
    else:
        seen = f"Around {place} it says:\n\n{_fenced(text, SHOWN)}"
    return "\n\n".join(part for part in (seen, _fix(finding), NOTE) if part)


def summary(result: ToolResult) -> str:
    """After a tool that the user asked for."""
    text = plain_text(result.content)
    if result.is_error:
        return f"The tool {result.tool_name} failed:\n\n{_fenced(text, SHOWN)}\n\n{NOTE}"
    if text.strip() in ("", "(no output)"):
        return f"That worked; {result.tool_name} printed nothing.\n\n{NOTE}"
    count = len(text.splitlines())
    lines = "1 line" if count == 1 else f"{count} lines"
    more = f"\n\nThese are the first {SHOWN} of them." if count > SHOWN else ""
    return f"The tool {result.tool_name} answered with {lines}:\n\n{_fenced(text, SHOWN)}{more}\n\n{NOTE}"


def _fix(finding: Finding) -> str:
    return (
        f"This may help (Alt-z in the terminal puts it on the prompt):\n\n```sh\n{finding.fix}\n```"
        if finding.fix
        else ""
    )


def _fenced(text: str, most: int) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}\n" + "\n".join(text.splitlines()[:most]) + f"\n{fence}"


def _line(text: str) -> str:
    return " ".join(text.split())[:200]
