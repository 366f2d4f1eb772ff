"""What a person granted with “always” is all that runs without asking, however a command is written.

Each command here really does something else than the granted ones: bash runs it, and a file that it makes proves it.
"""

# ruff: noqa: E501 - the tables' cases are read one by one

import os
import subprocess
from pathlib import Path

import pytest

from picode.tools.permissions import Call, Grants, Policy, decide, with_always
from support.tools import need

GRANTED = (
    "echo hello", "ls -l", "pytest -q", "git status", "git show HEAD", "git add .", "cargo build", "printf x",
    "export A=1", "test -e x", "cd sub", "true", "let a=1", "declare a=1", "type ls", "tclsh x", "python3.11 x",
    "sqlite3 x", "flock x", "stdbuf -oL x", "mapfile a", "read a", "unset a", "hash -r", "wait", "set -e", "cat a",
    "chroot x", "unshare x", "nsenter x", "gawk x", "ionice x", "busybox ls", "enable echo", "bind -l",
    "complete x", "compgen x", "shopt x", "tox -q", "nix-shell x", "irb x", "psql x", "taskset 1 x", "git stash list",
    "declare -x a=1", "dpkg -l", "ssh-agent x", "gcc x.c", "rm x",
)  # fmt: skip
"""Each was allowed with “always”."""
MAKES = "touch made"
SLIPS = [
    f"echo hello; {MAKES}", f"echo hello && {MAKES}", f"false_ || {MAKES}", f"echo hello | {MAKES}", f"echo hello & {MAKES}",
    f"echo hello\n{MAKES}", f"echo hello\r\n{MAKES}", f"echo $({MAKES})", f"echo `{MAKES}`", f'echo "$({MAKES})"',
    f'echo "`{MAKES}`"', f"cat <({MAKES})", f"echo hello >({MAKES})", "echo hello >made", "echo hello 2>made",
    "echo hello &>made", "echo hello >|made", "echo x>made", "echo hello <>made", f"cat <<< $({MAKES})",
    f"cat <<E\n$({MAKES})\nE", f"A=1 {MAKES}", f"A=$({MAKES}) echo", f"eval '{MAKES}'", f"e''val {MAKES}", f"\\eval {MAKES}",
    f"sh -c '{MAKES}'", f"bash -c '{MAKES}'", f"/bin/sh -c '{MAKES}'", f"command {MAKES}", f"builtin eval {MAKES}",
    f"exec {MAKES}", f"env {MAKES}", f"  {MAKES}", f"\t{MAKES}", f"({MAKES})", f"{{ {MAKES}; }}", f"! {MAKES}", f"time {MAKES}",
    f"if true; then {MAKES}; fi", f"while {MAKES}; do break; done", f"for i in a; do {MAKES}; done",
    f"case x in x) {MAKES};; esac", f"f() {{ {MAKES}; }}; f", f"function echo {{ {MAKES}; }}; echo", f"coproc {MAKES}; wait",
    f"trap '{MAKES}' EXIT", f"shopt -s expand_aliases\nalias echo='{MAKES}'\necho", f"echo ${{x:-$({MAKES})}}",
    f"echo ${{x:=`{MAKES}`}}", f"echo $((a[$({MAKES})]))", f"echo $[a[$({MAKES})]]", f"((a[$({MAKES})]))", f"[[ -v a[$({MAKES})] ]]",
    f"test -v 'a[$({MAKES})]'", f"printf -v 'a[$({MAKES})]' x", f"let 'a[$({MAKES})]=1'", f"declare 'a[$({MAKES})]=1'",
    f"read 'a[$({MAKES})]' <<< x", f"unset 'a[$({MAKES})]'", f"export x=$({MAKES})", "x=touch; $x made", "t=touch; export t; $t made",
    "${x:-touch} made", "tou\\\nch made", "'tou'ch made", '"touch" made', "to$'u'ch made", "$'touch' made", "t{ou,}ch made; true",
    f"mapfile -C '{MAKES} #' -c 1 a < /etc/passwd", f"compgen -C '{MAKES}' x", "export PATH=$PWD/evil:$PATH; ls",
    "export PATH=evil; pytest", "export BASH_ENV=$PWD/evil/ls; bash true", "declare -x PATH=$PWD/evil; ls",
    "printf -v PATH %s $PWD/evil; ls", "read PATH < pathfile; ls", "hash -p $PWD/evil/ls ls; ls", "./evil/ls", "evil/ls",
    f"echo -n x |& {MAKES}", f"true;{MAKES}", f"true&{MAKES}", f"true\n\n\n{MAKES}", f"# comment\n{MAKES}", f"echo \\\n; {MAKES}",
    f"echo 'a\n' ; {MAKES}", f'echo "a\n"; {MAKES}', f'echo "\\"; {MAKES}; echo "\\""', f"echo \\'; {MAKES} #'",
    f"flock x {MAKES}", f"stdbuf -oL {MAKES}", f"unshare {MAKES}", f"taskset 1 {MAKES}", f"setsid -w {MAKES}", f"nohup {MAKES}",
    f"timeout 5 {MAKES}", f"xargs {MAKES} </dev/null", f"find . -maxdepth 0 -exec {MAKES} ;", f"nice {MAKES}", f"ssh-agent {MAKES}",
    f"git -c alias.status='!{MAKES}' status", "git show HEAD --output=made", "git stash list --output=made",
    "python3 -c 'open(\"made\",\"w\")'", "python3.11 -c 'open(\"made\",\"w\")'", "sed -n '1w made' pathfile", f"awk 'BEGIN{{system(\"{MAKES}\")}}'",
    f"perl -e 'system(\"{MAKES}\")'", "cp pathfile made", "mv pathfile made", "ln pathfile made", "tee made </dev/null", "dd of=made if=/dev/null",
    "install pathfile made", "sort -o made pathfile", f"tar cf x pathfile --checkpoint=1 --checkpoint-action=exec='{MAKES}'",
    "busybox touch made", "source evil/ls", ". evil/ls", f"jobs -x {MAKES}", f"enable -n echo; {MAKES}", f"echo\u00a0x; {MAKES}",
    f"\u2003echo; {MAKES}", f"echo \x0b; {MAKES}", f"pushd . ; {MAKES}",
]  # fmt: skip
"""What must ask although everything in GRANTED was granted."""


def granted() -> Grants:
    grants = Grants()
    for command in GRANTED:
        grants = with_always(Call("bash", False, command), grants)
    return grants


def runs(command: str, place: Path) -> bool:
    """Whether bash, given the command, makes the file."""
    (place / "evil").mkdir()
    for name in ("ls", "pytest"):
        script = place / "evil" / name
        script.write_text("#!/bin/sh\n: >made\n")
        script.chmod(0o755)
    (place / "pathfile").write_text(f"{place}/evil\n")
    environ = {**os.environ, "HOME": str(place), "GIT_CONFIG_NOSYSTEM": "1"}
    git = "git init -q && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m a && touch f && git add f && git -c user.name=a -c user.email=a@b stash -q"
    if "git" in command:
        subprocess.run(["bash", "-c", git], cwd=place, env=environ, check=True)
    subprocess.run(
        ["bash", "-c", command], cwd=place, env=environ, stdin=subprocess.DEVNULL, capture_output=True, timeout=20,
        start_new_session=True,
    )  # fmt: skip
    return (place / "made").exists()


@pytest.mark.parametrize("command", SLIPS)
def test_no_command_slips_through_a_grant(command: str) -> None:
    verdict = decide(Call("bash", False, command, cwd="/p"), Policy(), granted())
    assert verdict.decision == "ask"
    unattended = decide(Call("bash", False, command, cwd="/p"), Policy(unattended=True), granted())
    assert unattended.decision == "deny"


def test_the_table_above_is_no_straw_man(tmp_path: Path) -> None:
    need("git")
    made = 0
    for number, command in enumerate(SLIPS):
        place = tmp_path / str(number)
        place.mkdir()
        made += runs(command, place)
    assert made > len(SLIPS) * 0.8
