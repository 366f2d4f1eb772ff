"""What shells and the system say when a command cannot even begin, or touches what it must not."""

import difflib
import re
import shlex

from picode.providers.demo.finding import Finding, Rule, first
from picode.providers.demo.record import Record

# Ways to say that there is no such command: bash and dash, zsh, fish.
NOT_FOUND = (
    r"^(?:\S*sh|-bash|\S+): (?:line \d+: |\d+: )?(?P<name>[^\s:]+): (?:command )?not found",
    r"^zsh: command not found: (?P<name>\S+)",
    r"^fish: Unknown command: (?P<name>\S+)",
    r"^Command '(?P<name>[^']+)' not found",
)
# What a package manager's hint looks like, under such a line.
INSTALL = r"^\s*((?:sudo )?(?:apt|apt-get|dnf|brew|snap) install \S+)"
# A word that nobody has is often one of these, mistyped.
COMMON = (
    "awk", "bash", "bun", "cargo", "cat", "cd", "chmod", "clear", "cmake", "code", "composer", "cp",
    "curl", "deno", "df", "docker", "echo", "emacs", "find", "gcc", "git", "go", "grep", "gzip", "head",
    "helm", "htop", "java", "jq", "kill", "kubectl", "less", "ls", "make", "man", "mkdir", "mv", "nano",
    "node", "npm", "npx", "nvim", "perl", "php", "ping", "pip", "pip3", "pnpm", "podman", "ps", "psql",
    "pwd", "pytest", "python", "python3", "rg", "rm", "rsync", "ruby", "rustc", "rustup", "scp", "sed",
    "ssh", "sudo", "systemctl", "tail", "tar", "terraform", "touch", "uv", "vim", "wget", "yarn", "zip"
)  # fmt: skip

RULES = (
    Rule(r"No space left on device", "The disk is full.", "df -h ."),
    Rule(r"Too many open files", "More files were open at once than the limit allows.", "ulimit -n"),
    Rule(r"Argument list too long", "The command line is longer than the system takes; `xargs` splits it."),
    Rule(r"Read-only file system", "This file system can only be read.", "mount | grep -w ro"),
    Rule(r"cannot execute binary file|Exec format error", "The file is a program for another kind of machine."),
    Rule(r"bad interpreter: (?P<path>[^:\n]*)",
         "The first line of the script names an interpreter that is not there: {path}."),
    Rule(r"(?:syntax error near unexpected token|parse error near) [`'](?P<what>[^'\n]*)'",
         "The shell cannot read the command: it stumbles over `{what}`. A quote or a bracket may be open."),
    Rule(r"unexpected EOF while looking for matching", "A quote or a bracket was opened and never closed."),
    Rule(r"(?:^|: )(?:cannot [^\n]*?'|')(?P<path>[^'\n]+)'[^\n]*: No such file or directory",
         "There is no file or directory {path} where the command looked.", "ls -la"),
    Rule(r"(?:^|[\s:])(?P<path>[^\s:']+): No such file or directory",
         "There is no file or directory {path} where the command looked.", "ls -la"),
    Rule(r"No such file or directory", "A file or a directory that the command needs is not there.", "ls -la"),
    Rule(r"(?:^|[\s:])'?(?P<path>[^\s:']+)'?: Permission denied",
         "You may not do that with {path}.", "ls -ld -- {path}"),
    Rule(r"Permission denied|Operation not permitted|EACCES", "A permission is missing.", "id"),
    Rule(r"(?P<path>[^\s:]+): Is a directory", "{path} is a directory; a file was expected.", "ls -la -- {path}"),
    Rule(r"(?P<path>[^\s:]+): Not a directory", "{path} is a file; a directory was expected."),
    Rule(r"(?P<path>[^\s:]+)'?: (?:File exists|already exists)", "{path} is there already."),
    Rule(r"Directory not empty", "The directory is not empty."),
    Rule(r"(?:invalid|unrecognized|unknown|illegal) (?:option|argument)s?:? (?:-- )?[`']?(?P<what>[^\s'`]+)",
         "The command does not know the option {what}; `--help` shows what it takes."),
    Rule(r"std::bad_alloc|[Oo]ut of memory|Cannot allocate memory|MemoryError", "Memory ran out.", "free -h"),
)  # fmt: skip


def explain(record: Record) -> Finding | None:
    return _not_found(record) or _not_runnable(record) or first(RULES, record)


def _not_found(record: Record) -> Finding | None:
    for pattern in NOT_FOUND:
        if found := re.search(pattern, record.output, re.MULTILINE):
            break
    else:
        return None
    name = found["name"]
    if install := re.search(INSTALL, record.output, re.MULTILINE):
        return Finding(f"There is no command `{name}` here; it can be installed.", install[1])
    near = _near(name)
    if near and name in record.command.split():
        fix = re.sub(rf"(?<!\S){re.escape(name)}(?!\S)", lambda _: near[0], record.command, count=1)
        return Finding(f"There is no command `{name}`. Did you mean `{near[0]}`?", fix)
    return Finding(
        f"There is no command `{name}` on PATH: it is not installed, or mistyped.",
        f"type -a {shlex.quote(name)}",
    )


def _near(name: str) -> list[str]:
    """The common command that was meant: two letters in the wrong order come first."""
    swapped = [command for command in COMMON if sorted(command) == sorted(name)]
    return swapped[:1] or difflib.get_close_matches(name, COMMON, 1, 0.7)


def _not_runnable(record: Record) -> Finding | None:
    """A script without the permission to be run."""
    word = record.command.split()[0] if record.command.split() else ""
    if record.status == 126 and "/" in word and "ermission denied" in record.output:
        return Finding(f"The file {word} may not be run yet.", f"chmod +x -- {shlex.quote(word)}")
    return None
