"""docs/tools.md, printed from the recorded cases: `python -m support.pi_tools_page`."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from support.pi_judged import FOLLOWED

RECORDED = Path(__file__).parents[1] / "picode" / "tools" / "pi_cases.json"
SHOWN = 110
ORDER = ("read", "write", "edit", "bash", "grep", "find", "ls")
HEAD = """\
# Tools

<!-- Printed by `make docs` from the calls recorded from real pi (tests/picode/tools/pi_cases.json). -->

What a model can do with files and commands: `read`, `bash`, `edit`, `write`, `grep`, `find` and `ls`, with pi's names,
arguments and texts, so that a model that knows pi, and a conversation that was begun there, go on without a break.
What needs permission is in [permissions](permissions.md); tools for Zellij's panes are in [panes](panes.md), for what
was done before in [timeline](timeline.md).

- `edit` takes `edits`, a list of `{oldText, newText}`; a JSON text of one, a single object, and `oldText` and `newText`
  beside the path, as pi up to 0.58 has them, mean the same.
- Arguments are made to fit where the meaning is clear (`"5"` for 5); what does not fit is refused in pi's words.
- `read` tells images by their content (PNG, JPEG, GIF, WebP, BMP), makes them at most 2000 pixels wide and high and
  4.5 MB in base64, and says how many pixels of the original one pixel stands for.
- Text is cut after 2,000 lines or 50 KB, whole lines only: from the end for commands, whose whole output is in a file,
  from the beginning elsewhere.
- Beside what pi keeps, the details of a result have the diff of a `write`, and where the whole output of a command
  that failed is. The patch that newer versions of pi add to an `edit` is left out: the diff says the same.
"""


def page(cases: list[dict[str, Any]]) -> str:
    """The whole page."""
    versions = sorted({v for case in cases for said in case["pi"] for v in said.split()})
    ours = [case for case in cases if case["follow"] == "picode"]
    other = [case for case in cases if case["follow"] not in ("picode", FOLLOWED)]
    counts = Counter(case["tool"] for case in cases)
    counted = ", ".join(f"`{tool}` {counts[tool]}" for tool in ORDER)
    return "\n".join([
        HEAD,
        "## Compared with pi",
        "",
        f"{len(cases)} calls were recorded from pi {', '.join(versions)}:",
        f"{counted}.",
        "Each is made again in the tests: the text, whether it is a failure, what pi keeps as details, and the files",
        f"afterwards. {len(cases) - len(ours)} end as in pi, and as in {FOLLOWED} where its versions differ, but for "
        f"{len(other)}",
        "that follow another version. The versions differ for these reasons:",
        "",
        *_reasons([case for case in cases if case["why"] and case["follow"] != "picode"]),
        "",
        "## Where PiCode differs",
        "",
        f"In {len(ours)} calls pi is wrong, in each of its versions:",
        "",
        *_differences(ours),
        "",
    ])  # fmt: skip


def _reasons(cases: list[dict[str, Any]]) -> list[str]:
    by_why: dict[tuple[str, str], list[str]] = {}
    for case in cases:
        by_why.setdefault((case["follow"], case["why"]), []).append(f"{case['tool']}, {case['name']}")
    lines = []
    for (follow, why), names in by_why.items():
        which = "; ".join(names) if len(names) <= 4 else f"{'; '.join(names[:3])}, and {len(names) - 3} more"
        lines.append(f"- {why} Followed: {follow}. ({which})")
    return lines


def _differences(cases: list[dict[str, Any]]) -> list[str]:
    lines: list[str] = []
    why = ""
    whys = [case["why"] for case in cases]
    for case in sorted(cases, key=lambda case: whys.index(case["why"])):
        if case["why"] != why:
            why = case["why"]
            lines += ["", f"**{why}**", "", "| call | pi | PiCode |", "|---|---|---|"]
        [pi] = [said for versions, said in case["pi"].items() if FOLLOWED in versions.split()]
        called = f"`{case['tool']}`, {case['name']}"
        lines.append(f"| {called} | {_cell(pi, case['ours'])} | {_cell(case['ours'], pi)} |")
    return lines[1:]


def _cell(said: dict[str, Any], other: dict[str, Any]) -> str:
    """What tells the two apart: the text, the file, or the diff."""
    for name in ("text", "after", "details"):
        if said.get(name) != other.get(name):
            return f"`{_short(said.get(name))}`"
    return "a failure" if said["isError"] else "no failure"


def _short(value: Any) -> str:
    if isinstance(value, dict) and "ends" in value:
        return f"…{_escaped(value['ends'][-SHOWN:])}"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = _escaped(text)
    text = text if len(text) <= SHOWN else f"{text[: SHOWN // 2]} … {text[-SHOWN // 2 :]}"
    return text or " "


def _escaped(text: str) -> str:
    shown = (char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
    return "".join(shown).replace("|", "\\|").replace("`", "'")


def main() -> None:
    print(page(json.loads(RECORDED.read_text())), end="")


if __name__ == "__main__":
    main()
