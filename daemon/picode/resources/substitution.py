"""The arguments of a prompt template: taken apart as a shell would, and put where the template wants them. Pure."""

import re

PLACE = re.compile(
    r"\$(?:(?P<number>\d+)|\{@:(?P<begin>\d+)(?::(?P<count>\d+))?\}|(?P<all>ARGUMENTS|@))", re.ASCII
)


def arguments(text: str) -> list[str]:
    """Words between white space; quotes of either kind hold one together, and are no part of it. Empty words fall
    away, and a quote that is never closed holds everything to the end."""
    out: list[str] = []
    word, quote = "", ""
    for char in text:
        if quote:
            if char == quote:
                quote = ""
            else:
                word += char
        elif char in "\"'":
            quote = char
        elif char.isspace():
            out += [word] if word else []
            word = ""
        else:
            word += char
    return [*out, word] if word else out


def substitute(template: str, given: list[str]) -> str:
    """`$1`…, `${@:N}`, `${@:N:COUNT}`, `$ARGUMENTS` and `$@`; what is not there is empty. What an argument says is
    never looked at again."""

    def value(found: "re.Match[str]") -> str:
        if found["number"]:
            at = int(found["number"]) - 1
            return given[at] if 0 <= at < len(given) else ""
        if found["all"]:
            return " ".join(given)
        begin = max(0, int(found["begin"]) - 1)
        end = begin + int(found["count"]) if found["count"] else None
        return " ".join(given[begin:end])

    return PLACE.sub(value, template)
