"""What the recorder types into the shell: PiCode's own key sequences, and text that must never run by itself."""

HEAL = b"\x1b[86711~"
REDRAW = b"\x1b[86712~"
ALT = {b"\x1ba": b"\x1b[86713~", b"\x1bz": b"\x1b[86714~"}
"""Alt-a and Alt-z as a terminal sends them, and the sequences that the shells bind in every keymap."""
MEANS = {b"\x1ba": "send", b"\x1bz": "suggest"}

LONGEST = 32 * 1024


def pasted(text: str, bracketed: bool) -> bytes:
    """`text` as typed input that stays on the line: nothing in it can press Enter or another key."""
    text = text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if bracketed:
        # an end of paste inside the text would let the rest of it act as keys
        clean = "".join(char if char in "\n\t" or _shown(char) else "" for char in text)
        return b"\x1b[200~" + clean.encode("utf-8", "replace") + b"\x1b[201~"
    return "".join(char if _shown(char) else " " for char in text).encode("utf-8", "replace")


def _shown(char: str) -> bool:
    return char >= " " and not "\x7f" <= char <= "\x9f"
