"""File patterns: `*.py`, `src/**/*.ts`, `{a,b}.md`, `[a-z]*`."""

import re


def matcher(pattern: str, any_case: bool = False) -> "re.Pattern[str]":
    """For `fullmatch` on a path relative to where the search begins; without a slash, a pattern means a name."""
    pattern = pattern.removeprefix("./")
    anchored = "/" in pattern.rstrip("/")
    body = _translate(pattern.lstrip("/"))
    try:
        return re.compile(body if anchored else f"(?:.*/)?{body}", re.IGNORECASE if any_case else 0)
    except re.error:
        return re.compile(re.escape(pattern))


def _translate(pattern: str) -> str:
    out: list[str] = []
    depth = 0
    at = 0
    while at < len(pattern):
        char = pattern[at]
        rest = pattern[at:]
        if rest.startswith("**/"):
            out.append("(?:.*/)?")
            at += 3
            continue
        if rest.startswith("**"):
            out.append(".*")
            at += 2
            continue
        at += 1
        if char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "[" and (found := re.match(r"\[(!?)(\]?[^\]]*)\]", rest)):
            inside = found[2].replace("\\", "\\\\").replace("[", "\\[")
            out.append(f"[{'^' if found[1] else ''}{inside}]")
            at += found.end() - 1
        elif char == "{":
            depth += 1
            out.append("(?:")
        elif char == "}" and depth:
            depth -= 1
            out.append(")")
        elif char == "," and depth:
            out.append("|")
        elif char == "\\" and at < len(pattern):
            out.append(re.escape(pattern[at]))
            at += 1
        else:
            out.append(re.escape(char))
    return "".join(out)
