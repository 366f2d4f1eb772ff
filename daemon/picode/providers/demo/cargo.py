"""Rust: the compiler's errors, failed tests and panics."""

import re

from picode.providers.demo.finding import Finding, Rule, first
from picode.providers.demo.record import Record

ERROR = re.compile(
    r"^error(?:\[(?P<code>E\d{4})\])?: (?P<what>[^\n]+)\n\s*--> (?P<path>[^:\n]+):(?P<line>\d+):\d+",
    re.MULTILINE,
)
COUNT = re.compile(r"could not compile `(?P<crate>[^`]+)`.*?due to (?:(?P<count>\d+) )?previous error")
FAILED = re.compile(r"^test (?P<name>\S+) \.\.\. FAILED", re.MULTILINE)
PANIC = re.compile(
    r"panicked at (?:'(?P<old>[^'\n]*)', )?(?P<path>[^\s:]+\.rs):(?P<line>\d+)(?::\d+)?:?(?:\n(?P<what>[^\n]+))?"
)

RULES = (
    Rule(r"could not find `Cargo\.toml` in", "There is no Cargo.toml in this directory or above it.", "cargo init"),
    Rule(r"no (?:such command|such subcommand): `(?P<what>[^`]+)`", "cargo has no command {what}.", "cargo --list"),
    Rule(r"linker `(?P<what>[^`]+)` not found", "The linker {what} is not installed: a C compiler is needed."),
    Rule(r"failed to select a version for", "The versions that the dependencies ask for do not fit together.",
         "cargo tree --duplicates"),
)  # fmt: skip


def explain(record: Record) -> Finding | None:
    return _compiling(record) or _testing(record) or first(RULES, record)


def _compiling(record: Record) -> Finding | None:
    errors = list(ERROR.finditer(record.output))
    if not errors:
        return None
    error = errors[0]
    code = f" ({error['code']})" if error["code"] else ""
    more = f" {len(errors) - 1} more follow; the first is the one to mend first." if len(errors) > 1 else ""
    text = f"The compiler stopped at {error['path']}:{error['line']}{code}: {error['what']}.{more}"
    fix = f"rustc --explain {error['code']}" if error["code"] else ""
    return Finding(text, fix, error["path"], int(error["line"]))


def _testing(record: Record) -> Finding | None:
    names = [found["name"] for found in FAILED.finditer(record.output)]
    panic = PANIC.search(record.output)
    if panic is None and not names:
        return None
    text = f"Failed tests: {', '.join(f'`{name}`' for name in names[:5])}. " if names else ""
    if panic is not None:
        what = panic["what"] or panic["old"] or ""
        text += f"The program panicked at {panic['path']}:{panic['line']}" + (
            f": {what.strip()}." if what else "."
        )
    fix = f"cargo test {names[0]} -- --exact --nocapture" if names else "RUST_BACKTRACE=1 " + record.command
    if not names and not record.command:
        fix = ""
    path, line = (panic["path"], int(panic["line"])) if panic is not None else ("", 0)
    return Finding(text.strip(), fix, path, line)
