"""make's errors."""

from picode.providers.demo.finding import Finding, Rule, first
from picode.providers.demo.record import Record

RULES = (
    Rule(r"make(?:\[\d+\])?: \*\*\* No rule to make target [`'](?P<what>[^']+)', needed by [`'](?P<by>[^']+)'",
         "{by} needs {what}, and there is neither that file nor a rule that makes it."),
    Rule(r"make(?:\[\d+\])?: \*\*\* No rule to make target [`'](?P<what>[^']+)'",
         "The Makefile has no target {what}.", "grep -nE '^[A-Za-z0-9_.-]+:' Makefile"),
    Rule(r"make: \*\*\* No targets specified and no makefile found", "There is no Makefile in this directory.",
         "ls -la"),
    Rule(r"(?P<file>[^\s:]+):(?P<line>\d+): \*\*\* missing separator",
         "Line {line} of {file} begins with spaces where make wants a tab.", "sed -n {line}p {file} | cat -A"),
    Rule(r"make(?:\[\d+\])?: \*\*\* \[(?P<where>[^\]]+?): (?P<target>[^\]:]+)\] Error (?P<code>\d+)",
         "make stopped at the target {target} ({where}), because its command ended with status {code}; "
         "what it printed above says why."),
    Rule(r"make(?:\[\d+\])?: \*\*\* \[(?P<target>[^\]]+)\] Error (?P<code>\d+)",
         "make stopped at the target {target}, because its command ended with status {code}."),
    Rule(r"make: (?P<what>[^\s:]+): No such file or directory", "A rule runs {what}, which is not installed.",
         "type -a {what}"),
    Rule(r"undefined reference to [`'](?P<what>[^']+)'",
         "The linker finds no {what}: a library or an object file is missing on its command line."),
    Rule(r"fatal error: (?P<what>\S+): No such file or directory",
         "The compiler finds no header {what}: a development package is missing, or an -I option."),
)  # fmt: skip


def explain(record: Record) -> Finding | None:
    return first(RULES, record)
