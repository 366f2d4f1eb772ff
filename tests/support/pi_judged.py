# ruff: noqa: E501  (names beside their reason)
"""Which of pi's answers PiCode follows, case by case, where its versions differ or are wrong, and why.

Followed is 0.73.1, whose dialect PiCode writes; a case that is named here follows another version, or none (`picode`).
"""

from typing import Any

FOLLOWED = "0.73.1"
NEWER = "0.87.1"
OLDER = "0.58.3"
OURS = "picode"

JUDGED: dict[tuple[str, str], tuple[str, ...]] = {
    (OURS, "pi counts what follows the last line feed as a line, and sends a model to read it. A line feed ends a line "
           "and begins none."): (
        "a limit", "an offset beyond the last line feed", "an offset on what follows the last line feed",
        "an offset in an empty file", "3000 lines with the last line feed", "more than 50 KB",
        "more than 50 KB from the middle", "a limit above 50 KB", "a long second line", "behind a long line",
    ),
    (NEWER, "Up to 0.73.1 what follows the last line feed counted as a line: too many by one, and one too few shown."): (
        "2000 lines", "a long line at the offset", "2000 lines of output", "2001 lines of output",
        "3000 lines of output", "output of more than 50 KB",
    ),
    (OURS, "pi takes a limit below 0 from the end of the file, and says to go on at line 0."): ("a limit below 0",),
    (OURS, "pi says that a broken image is too large; 0.58.3 sends it, and the provider refuses every request from then "
           "on. PiCode says that it is broken."): ("a broken image",),
    (NEWER, "An optional argument that is null was not given; 0.73.1 makes 0 of it."): ("a limit that is null",),
    (OLDER, "null is an empty text; 0.73.1 makes the word “null” of it, and writes it into files."): (
        "the path is null", "the content is null", "the command is null", "the path to list is null",
    ),
    (OURS, "null is an empty text; pi writes the word “null” into the file."): ("a new text that is null",),
    (OURS, "pi counts UTF-16 units and calls them bytes. PiCode counts bytes."): (
        "letters of two bytes", "a face", "a byte order mark is written",
    ),
    (NEWER, "What is not needed is left aside; 0.73.1 refuses the call, in words of its validator alone."): (
        "the old form, half of it", "an edit with something else in it", "something else beside the edits",
    ),
    (NEWER, "The meaning is clear; 0.73.1 refuses the call."): ("edits as a JSON text of one object",),
    (OURS, "pi's diff shows the same line as gone and come. PiCode's says that the line feed at the end is missing."): (
        "the last line feed goes", "a line feed comes to the end",
    ),
    (OURS, "pi makes the ends of all lines alike. PiCode changes what was to be changed."): (
        "both kinds of line ends", "both kinds, a line feed first", "a carriage return alone",
    ),
    (OURS, "Where the old text fits only nearly, 0.73.1 makes the whole file plain: quotes, dashes, spaces, ends of "
           "lines; 0.87.1 still the lines that it touches. PiCode changes the letters that matched."): (
        "blanks elsewhere stay",
    ),
    (NEWER, "Where the old text fits only nearly, 0.73.1 makes the whole file plain (quotes, dashes, spaces, ends of "
            "lines) and shows a diff of that."): (
        "blanks at the end do not count", "curly quotes", "curly quotes elsewhere stay", "an apostrophe", "a dash",
        "another space", "a ligature", "an accent apart", "a fuzzy edit and an exact one", "old form: curly quotes",
    ),
    (NEWER, "Up to 0.73.1 a command that a signal ended counts as one that went well."): (
        "ended by a signal", "ended by a signal of its own", "a child ended by a signal",
    ),
    (NEWER, "Up to 0.73.1 such a timeout means none at all."): ("timeout 0", "a timeout below 0"),
    (OURS, "Up to 0.73.1 nothing is shown of a long last line that has its line feed; 0.87.1 shows its end and says that "
           "it has 0 bytes."): ("a long line of output and its line feed",),
    (OURS, "pi hands on what a program prints byte by byte. PiCode gives a model what a terminal would show: without "
           "colours, overwritten text and zero bytes, which cost tokens and may not reach a person's terminal."): (
        "a zero byte in the output", "colours", "a progress bar", "carriage returns in the output",
    ),
    (OURS, "pi repeats lines that two matches share, out of order. PiCode shows each line once."): (
        "lines around that overlap",
    ),
    (OURS, "pi says that the limit was reached, and that there is more, when it was met exactly."): (
        "as many as the limit", "as many names as the limit",
    ),
    (OURS, "pi looks into .git. PiCode leaves Git's own files out."): ("Git's own files", "ignored names"),
    (OURS, "pi hands on fd's own error, or none. PiCode says it as grep and ls do."): (
        "in no directory", "in what is no directory",
    ),
    (OURS, "pi says that the directory is empty."): ("a limit of 0 entries",),
    (OURS, "pi leaves out links to nothing, though the name is taken. PiCode lists them."): ("a link to nothing in it",),
}  # fmt: skip

BY_TOOL = {
    "read": "0.58.3 and the newest say it in other words.",
    "bash": "0.58.3 counts lines in the last 100 KB alone, names a file that is not there (“undefined”), and shows all "
    "of long output when time is up.",
    "edit": "0.58.3 knows the old form alone, and has other words for success and for a file that is not there.",
    "write": "The newest does not say how many bytes it wrote.",
    "grep": "0.58.3 takes a pattern that begins with a dash for an option.",
    "find": "0.58.3 looks for a pattern with a slash in names, where none is.",
    "ls": "The versions treat null in different ways.",
}
VALIDATOR = "Each version has the words, and what it makes fit, from another validator."


def judged(name: str, tool: str, said: dict[str, Any]) -> dict[str, Any]:
    """`said`: the outcomes by versions; those that agree stand together."""
    for (follow, why), names in JUDGED.items():
        if name in names:
            return {"follow": follow, "why": why}
    if len(said) == 1:
        return {"follow": FOLLOWED, "why": ""}
    refused = any(str(outcome["text"]).startswith("Validation failed") for outcome in said.values())
    return {"follow": FOLLOWED, "why": VALIDATOR if refused else BY_TOOL[tool]}
