"""Blocks of Markdown as lines for a terminal of some width."""

import re

from picode.pane.lines import TAB, Fragment, Line, line_width, pad, plain, wrap
from picode.pane.markdown import ITEM, QUOTE, Block
from picode.pane.safe import safe

INLINE = re.compile(
    # one look at the character first: most of a text begins none of these
    r"(?=[\\`*_~\[!<])(?:(?P<escape>\\[\\`*_{}\[\]()#+\-.!|~<>])"
    r"|(?P<code>(?P<ticks>`+)(?P<inner>.+?)(?<!`)(?P=ticks)(?!`))"
    r"|(?P<strong>\*\*(?=\S)(?P<bold>.+?)(?<=\S)\*\*)"
    r"|(?P<strong_>(?<!\w)__(?=\S)(?P<bold_>.+?)(?<=\S)__(?!\w))"
    r"|(?P<emphasis>\*(?=[^\s*])(?P<italic>[^*]+?)(?<=[^\s*])\*(?!\*))"
    r"|(?P<emphasis_>(?<!\w)_(?=[^\s_])(?P<italic_>[^_]+?)(?<=[^\s_])_(?!\w))"
    r"|(?P<deleted>~~(?=\S)(?P<strike>.+?)(?<=\S)~~)"
    r"|(?P<link>!?\[(?P<label>[^\]\n]*)\]\((?P<url>[^)\s]+)(?:\s+\"[^\"]*\")?\))"
    r"|(?P<address><(?P<bare>https?://[^>\s]+)>))",
    re.S,
)
STYLES = {
    "strong": ("bold", "bold"), "strong_": ("bold_", "bold"), "emphasis": ("italic", "italic"),
    "emphasis_": ("italic_", "italic"), "deleted": ("strike", "strike"),
}  # fmt: skip
CODE = "mdCode"


def typeset(blocks: list[Block], width: int) -> list[Line]:
    """Lines of at most `width` columns; only those of code blocks may be longer, so that they can be copied whole."""
    out: list[Line] = []
    for block in blocks:
        out += _block(block, max(4, width))
    return out


def _block(block: Block, width: int) -> list[Line]:  # noqa: PLR0911
    text = safe(block.text)
    match block.kind:
        case "blank":
            return [[]]
        case "rule":
            return [[("mdHr", "─" * min(width, 40))]]
        case "open" | "close":
            return [[("mdCodeBlockBorder", f"```{safe(block.info)}")]]
        case "code":
            return highlight(text, block.info, safe(block.context))
        case "heading":
            style = "mdHeading underline" if block.info == "1" else "mdHeading"
            return wrap([(f"{style} {own}".strip(), part) for own, part in inline(text)], width)
        case "item":
            return _item(text, width)
        case "quote":
            return _quote(text, width)
        case "table":
            return _table(text, width)
        case _:
            return _paragraph(text, width)


def inline(text: str, style: str = "") -> Line:
    """Bold, italic, code, links and so on within a paragraph; what is not closed stays as it was written."""
    out: Line = []
    at = 0
    for found in INLINE.finditer(text):
        if found.start() > at:
            out.append((style, text[at : found.start()]))
        out += _span(found, style)
        at = found.end()
    if at < len(text):
        out.append((style, text[at:]))
    return out


def _span(found: "re.Match[str]", style: str) -> Line:
    if found["escape"]:
        return [(style, found["escape"][1:])]
    if found["code"]:
        return [(f"{style} {CODE}".strip(), found["inner"])]
    if found["link"]:
        label, url = found["label"], found["url"]
        shown: list[Fragment] = inline(label, f"{style} mdLink".strip()) if label else []
        return shown if label == url else [*shown, ("mdLinkUrl", f" ({url})" if label else url)]
    if found["address"]:
        return [(f"{style} mdLink".strip(), found["bare"])]
    for name, (inner, own) in STYLES.items():
        if found[name]:
            return inline(found[inner], f"{style} {own}".strip())
    return [(style, found[0])]


def _paragraph(text: str, width: int) -> list[Line]:
    out: list[Line] = []
    for part in _hard_breaks(text):
        indent = part[: len(part) - len(part.lstrip())].replace("\t", TAB)[: width // 2]
        out += wrap(inline(_joined(part)), width, indent, indent)
    return out


def _hard_breaks(text: str) -> list[str]:
    """Two spaces or a backslash at the end of a line keep the break."""
    return re.split(r"(?: {2,}|\\)\n", text)


def _joined(text: str) -> str:
    return " ".join(line.strip() for line in text.split("\n"))


def _item(text: str, width: int) -> list[Line]:
    found = ITEM.match(text.split("\n", maxsplit=1)[0])
    assert found
    indent = found[1].replace("\t", TAB)[: width // 3]
    mark = found[2] if found[2][0].isdigit() else "•"
    words = "\n".join([found[4], *text.split("\n")[1:]])
    if task := re.match(r"\[([ xX])\]\s+", words):
        mark, words = ("☐" if task[1] == " " else "☑"), words[task.end() :]
    first = f"{indent}{mark} "
    lines = wrap(inline(_joined(words)), width, first, " " * len(first))
    # the first word may have come into the mark's fragment
    head = lines[0][0][1][len(first) :] if lines[0] else ""
    return [[("mdListBullet", first), ("", head), *lines[0][1:]], *lines[1:]] if head else lines


def _quote(text: str, width: int) -> list[Line]:
    inner = "\n".join(re.sub(r"^ ?", "", QUOTE.sub("", line)) for line in text.split("\n"))
    out: list[Line] = []
    for part in inner.split("\n\n"):
        lines = wrap(inline(_joined(part), "mdQuote italic"), max(1, width - 2))
        out += [[("mdQuoteBorder", "│ "), *line] for line in lines]
    return out


def _table(text: str, width: int) -> list[Line]:
    rows = [[inline(cell) for cell in _cells(line)] for line in text.split("\n")]
    head, body = rows[0], rows[2:]
    columns = len(head)
    everything = [row[:columns] + [[] for _ in range(columns - len(row))] for row in [head, *body]]
    wide = [max(3, *(line_width(row[at]) for row in everything)) for at in range(columns)]
    while sum(wide) + 3 * (columns - 1) > width and max(wide) > 3:
        wide[wide.index(max(wide))] -= 1
    out: list[Line] = []
    for number, row in enumerate(everything):
        out += _row([[("bold", plain(cell))] for cell in row] if number == 0 else row, wide)
        if number == 0:
            out.append([("borderMuted", "─┼─".join("─" * size for size in wide))])
    return out


def _cells(line: str) -> list[str]:
    line = line.strip().removeprefix("|")
    line = line[:-1] if line.endswith("|") and not line.endswith("\\|") else line
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)]


def _row(cells: list[Line], wide: list[int]) -> list[Line]:
    wrapped = [wrap(cell, size) for cell, size in zip(cells, wide, strict=True)]
    out: list[Line] = []
    for at in range(max(map(len, wrapped))):
        line: Line = []
        for number, (lines, size) in enumerate(zip(wrapped, wide, strict=True)):
            part = lines[at] if at < len(lines) else []
            line += [("borderMuted", " │ "), *part] if number else part
            if number < len(wide) - 1:
                line.append(("", pad("", size - line_width(part))))
        out.append(line)
    return out


def highlight(text: str, language: str, context: str = "") -> list[Line]:
    """Lines of code, coloured by the language's own grammar; `context` are the lines before it."""
    text = text.replace("\t", TAB)
    if not language:
        return [[("mdCodeBlock", line)] for line in text.split("\n")]
    from picode.pane.code import coloured

    whole = f"{context}\n{text}" if context else text
    return coloured(whole, language)[-len(text.split("\n")) :]
