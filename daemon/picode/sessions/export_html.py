"""A conversation as one HTML file: to read and to search, light or dark as the reader likes, loading nothing.

Everything that anybody said is escaped, and the page's own policy forbids every script but the one in it.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from html import escape
from typing import TYPE_CHECKING

from picode.sessions.export_text import title_of, when
from picode.sessions.file import SessionFile

if TYPE_CHECKING:
    from picode.sessions.export import Part, Said

IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
BASE64 = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*")
FENCED = re.compile(r"^```[^\n]*\n(.*?)^```\s*?$\n?", re.DOTALL | re.MULTILINE)
STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --mark: #fd06; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 0 auto; padding: 1rem; }
header { position: sticky; top: 0; background: Canvas; border-bottom: 1px solid var(--line); padding-bottom: .5rem; }
h1 { font-size: 1.3rem; margin: .5rem 0 0; overflow-wrap: anywhere; }
header p, h2 { color: GrayText; font-size: .85rem; font-weight: normal; margin: .2rem 0; overflow-wrap: anywhere; }
input { font: inherit; width: 100%; box-sizing: border-box; padding: .3rem .5rem; }
article { border-bottom: 1px solid var(--line); padding: .7rem 0; }
article.user { border-left: 3px solid #38f; padding-left: .7rem; }
article.hit { background: var(--mark); }
.text { white-space: pre-wrap; overflow-wrap: anywhere; }
pre { background: var(--soft); padding: .5rem; overflow-x: auto; font: 13px/1.4 ui-monospace, monospace; }
summary { cursor: pointer; font-size: .85rem; overflow-wrap: anywhere; }
img { max-width: 100%; }
[hidden] { display: none; }
"""
SCRIPT = """
const field = document.querySelector("input"), count = document.querySelector("output");
const articles = [...document.querySelectorAll("article")].map(a => [a, a.textContent.toLowerCase()]);
field.addEventListener("input", () => {
  const words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let found = 0;
  for (const [article, text] of articles) {
    const hit = words.every(word => text.includes(word));
    article.hidden = !hit;
    found += hit;
    for (const box of article.querySelectorAll("details"))
      box.open = words.length > 0 && words.some(word => box.textContent.toLowerCase().includes(word));
  }
  count.textContent = words.length ? found + " of " + articles.length : "";
});
"""
POLICY = "default-src 'none'; img-src data:; style-src 'sha256-{}'; script-src 'sha256-{}'"


def page(session: SessionFile, messages: "Iterable[Said]") -> Iterator[str]:
    """The file, piece by piece."""
    title = escape(" ".join(title_of(session).split()))
    yield (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY.format(_hash(STYLE), _hash(SCRIPT))}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<header>\n<h1>{title}</h1>\n<p>{escape(session.cwd)}</p>\n"
        '<input type="search" placeholder="Search this conversation" aria-label="Search"> <output></output>\n'
        "</header>\n<main>\n"
    )
    for said in messages:
        heading = escape(", ".join(filter(None, (said.who, when(said.time)))))
        yield f'<article class="{escape(said.role)}">\n<h2>{heading}</h2>\n'
        for part in said.parts:
            yield _part(part)
        yield "</article>\n"
    yield f"</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"


def _part(part: "Part") -> str:
    if part.kind == "text":
        return _text(part.text)
    if part.kind == "image":
        if part.title in IMAGES and BASE64.fullmatch(part.text):
            return f'<img alt="an image" src="data:{part.title};base64,{"".join(part.text.split())}">\n'
        return "<p>[an image that cannot be shown]</p>\n"
    title = escape(" ".join(part.title.split())[:200])
    return f"<details><summary>{title}</summary><pre>{escape(part.text)}</pre></details>\n"


def _text(text: str) -> str:
    """Blocks between fences as code, the rest as it was typed."""
    pieces = FENCED.split(text)
    return "".join(
        f"<pre>{escape(piece)}</pre>\n"
        if number % 2
        else f'<div class="text">{escape(piece.strip())}</div>\n'
        for number, piece in enumerate(pieces)
        if piece.strip()
    )


def _hash(content: str) -> str:
    return base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
