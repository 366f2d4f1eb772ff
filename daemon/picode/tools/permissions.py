"""May this call run? Allow, ask or deny, by tool, path and command; pure.

What reads runs. What changes something asks, unless the person granted it: for one turn (`--allow`), by a setting, or
with “always” for the conversation. Whatever a setting denies is denied.
"""

import os
import re
from dataclasses import dataclass, replace
from typing import Literal

from picode.tools.base import Plan
from picode.tools.shell_line import parts

EVERYTHING = "all"
_DANGEROUS = """
sudo doas su env xargs nohup timeout nice ionice setsid watch time parallel sh bash zsh fish dash ksh mksh csh tcsh
busybox toybox pwsh nu python pypy ipython perl ruby irb node deno bun php lua luajit awk gawk mawk nawk sed ssh scp
sftp rsync docker podman kubectl find fd fdfind rg sort rm rmdir dd mv cp chmod chown chgrp ln tee install mkfs curl
wget nc ncat socat kill pkill killall vi vim nvim emacs ed ex less more most man tar cpio zip unzip script expect gdb
lldb strace ltrace valgrind perf tmux screen zellij crontab at batch systemctl systemd-run make gmake ninja cmake just
git npx uvx pipx go cargo npm pnpm yarn uv pip apt apt-get brew conda mamba poetry hatch tox nox nix nix-shell guix
mvn gradle ant bazel rake bundle gem meson chroot unshare nsenter flock stdbuf taskset chrt setarch linux32 linux64
setpriv capsh unbuffer ssh-agent runuser pkexec sg newgrp start-stop-daemon run-parts xvfb-run dbus-run-session
fakeroot bwrap firejail entr catchsegv choom prlimit numactl tclsh wish erl elixir iex ghci runghc julia R Rscript
scala groovy jshell java jrunscript guile racket sbcl ocaml swipl octave gnuplot m4 bc dc sqlite sqlite3 psql mysql
mariadb redis-cli mongo ftp telnet openssl gpg cc gcc g++ clang clang++ ld as tsx ts-node truncate shred split csplit
mknod mkfifo mount umount shutdown reboot patch ip iptables bind caller compgen complete compopt declare disown enable
export fc getopts hash history jobs let local logout mapfile popd printf pushd read readarray readonly set shift shopt
suspend test times typeset ulimit umask unalias unset wait
"""
ONLY_EXACT = frozenset(_DANGEROUS.split())
"""Programs that run other programs or destroy, and words of bash's own that assign or evaluate (`test -v 'a[$(x)]'`
runs x): their names alone say nothing about what would happen."""
VERSION = re.compile(r"[-_]?[0-9][0-9.]*$")
"""`python3.11`, `gcc-12`: the same programs."""
BY_SUBCOMMAND: dict[str, frozenset[str]] = {
    "git": frozenset(["status", "add", "commit", "rev-parse", "ls-files", "blame"]),
    "cargo": frozenset(["build", "check", "test", "clippy", "fmt"]),
    "go": frozenset(["build", "test", "vet", "fmt"]),
    "npm": frozenset(["test"]),
    "pnpm": frozenset(["test"]),
    "yarn": frozenset(["test"]),
}
"""Of these, some subcommands can be granted; not those that write where an option says (`git show --output=…`)."""
FILE_TOOLS = ("edit", "write")


@dataclass(frozen=True)
class Grants:
    """What a person said “always” to in one conversation. `commands`: whole command lines; `programs`: `pytest`,
    `git status`."""

    tools: frozenset[str] = frozenset()
    commands: frozenset[str] = frozenset()
    programs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Policy:
    """What holds for one turn. `allow`, `deny`: names of tools, or `all`; `unattended`: nobody can be asked."""

    allow: frozenset[str] = frozenset()
    deny: frozenset[str] = frozenset()
    unattended: bool = False


@dataclass(frozen=True)
class Call:
    """`path`: the file that would change, absolute; `cwd`: the conversation's directory; `exactly`: what is granted
    letter for letter, of a call that runs no command line."""

    tool: str
    reads: bool
    command: str = ""
    path: str = ""
    cwd: str = ""
    exactly: str = ""

    @property
    def key(self) -> str:
        """No command line has a NUL."""
        return f"{self.tool}\0{self.exactly}"


@dataclass(frozen=True)
class Verdict:
    """`reason`: for the model with deny, for the audit otherwise."""

    decision: Literal["allow", "ask", "deny"]
    reason: str


def decide(call: Call, policy: Policy, grants: Grants) -> Verdict:
    """What is to be done with `call`."""
    if policy.deny & {call.tool, EVERYTHING}:
        return Verdict("deny", f"The tool {call.tool} is switched off in the settings. Do without it.")
    if call.reads:
        return Verdict("allow", "it only reads")
    if policy.allow & {call.tool, EVERYTHING}:
        return Verdict("allow", "granted for this turn or by a setting")
    if _granted(call, grants):
        return Verdict("allow", "granted for this conversation")
    if policy.unattended:
        return Verdict(
            "deny",
            f"Permission denied: nobody is there to allow {call.tool}, and it was not granted beforehand "
            f"(--allow {call.tool}). Do without it, or tell the user what you would do.",
        )
    return Verdict("ask", "it changes something")


def _granted(call: Call, grants: Grants) -> bool:
    if call.tool in FILE_TOOLS:
        return call.tool in grants.tools and inside(call.path, call.cwd)
    if call.exactly:
        return call.key in grants.commands
    if call.command:
        if call.command in grants.commands:
            return True
        known = parts(call.command)
        return known is not None and all(_program(words) in grants.programs for words in known)
    return call.tool in grants.tools


def with_always(call: Call, grants: Grants) -> Grants:
    """What “always” adds: a file tool within the conversation's directory; of commands this one, and its program
    when the command is a simple one and the program is harmless by itself."""
    if call.exactly:
        return replace(grants, commands=grants.commands | {call.key})
    if not call.command:
        return replace(grants, tools=grants.tools | {call.tool})
    known = parts(call.command)
    programs = {_program(known[0])} - {""} if known is not None and len(known) == 1 else set()
    return replace(grants, commands=grants.commands | {call.command}, programs=grants.programs | programs)


def always_means(call: Call) -> str:
    """What a person grants with “always”, in words."""
    if call.tool in FILE_TOOLS:
        return (
            f"{call.tool} below {call.cwd}"
            if inside(call.path, call.cwd)
            else "nothing: it is outside of the project"
        )
    if call.exactly:
        return "exactly this"
    if not call.command:
        return f"every {call.tool}"
    programs = with_always(call, Grants()).programs
    return next((f"every `{program} …`" for program in programs), "this exact command")


def _program(words: list[str]) -> str:
    """What can be granted of a simple command; empty: nothing."""
    name, *rest = words
    if name in BY_SUBCOMMAND:
        return f"{name} {rest[0]}" if rest and rest[0] in BY_SUBCOMMAND[name] else ""
    # a program by its path is another one than the one by its name
    base = os.path.basename(name)
    return "" if ONLY_EXACT & {base, VERSION.sub("", base)} else name


def inside(path: str, cwd: str) -> bool:
    """Whether `path` is below `cwd`, links followed, and not in a .git directory, whose hooks run by themselves."""
    real, top = os.path.realpath(path), os.path.realpath(cwd)
    return real.startswith(f"{top.rstrip('/')}/") and ".git" not in real[len(top) :].split("/")


def call_of(tool: str, reads: bool, plan: Plan, cwd: str) -> Call:
    return Call(tool, reads, plan.command, plan.changes, cwd, plan.exactly)
