"""bash start files as people have them; each mechanism as its owner uses it, before PiCode's line and behind it."""

from pathlib import Path

import pytest

from support.compat import started, works

# bash-preexec: an installer in PROMPT_COMMAND that takes over the DEBUG trap and both ends of PROMPT_COMMAND
PREEXEC_OLD = r"""
bash_preexec_imported=defined __bp_preexec_interactive_mode= __bp_last=0
__bp_interactive_mode() { __bp_preexec_interactive_mode=on; }
__bp_return() { return ${1:+"$1"}; }
__bp_precmd_invoke_cmd() {
    __bp_last=$?
    local hook
    for hook in "${precmd_functions[@]}"; do
        if type -t "$hook" >/dev/null; then __bp_return "$__bp_last"; "$hook"; fi
    done
}
__bp_ours() {
    local parts part IFS=$'\n;'
    read -rd '' -a parts <<<"SCOPE"
    for part in "${parts[@]}"; do [[ $part == "$1" ]] && return 0; done
    return 1
}
__bp_debug() {
    [[ -t 1 && -z ${COMP_LINE-} && -n $__bp_preexec_interactive_mode ]] || return 0
    __bp_preexec_interactive_mode=
    __bp_ours "$BASH_COMMAND" && return 0
    local text hook
    text=$(HISTTIMEFORMAT= builtin history 1 | sed '1 s/^ *[0-9][0-9]*[* ] //')
    [[ -n $text ]] || return 0
    for hook in "${preexec_functions[@]}"; do type -t "$hook" >/dev/null && "$hook" "$text"; done
    __bp_return 0
}
__bp_install() {
    [[ ${PROMPT_COMMAND[*]} != *__bp_precmd_invoke_cmd* ]] || return 1
    trap '__bp_debug "$_"' DEBUG
    local there=${PROMPT_COMMAND//$__bp_installer/:}
    PROMPT_COMMAND='__bp_precmd_invoke_cmd'$'\n'$there
    PROMPT_COMMAND+=LAST
    precmd_functions+=(precmd) preexec_functions+=(preexec)
    __bp_precmd_invoke_cmd
    __bp_interactive_mode
}
__bp_installer=$'trap - DEBUG\n__bp_install'
PROMPT_COMMAND=${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}$__bp_installer
preexec() { echo "before $1" >>~/hooks; }
precmd() { echo "after $?" >>~/hooks; }
"""
PREEXEC = {
    "string": PREEXEC_OLD.replace("SCOPE", "${PROMPT_COMMAND-}").replace(
        "LAST", r"$'\n__bp_interactive_mode'"
    ),
    "array": PREEXEC_OLD.replace("SCOPE", "${PROMPT_COMMAND[*]-}").replace(
        "LAST", "('__bp_interactive_mode')"
    ),
}
# starship: keeps what PROMPT_COMMAND was in a variable, calls it from its own function, then makes PS1
STARSHIP = r"""
sp_return() { return "$1"; }
sp_precmd() {
    local status=$?
    jobs &>/dev/null
    sp_return "$status"
    if [[ -n ${SP_THEIRS-} ]]; then eval "$SP_THEIRS"; fi
    PS1='\n\w\n> '
}
PS0='${SP_BEGUN:$((SP_BEGUN=1,0)):0}'"${PS0-}"
[[ -z ${PROMPT_COMMAND-} ]] || SP_THEIRS=$PROMPT_COMMAND
PROMPT_COMMAND=sp_precmd
"""
SETUPS = {
    "nothing": "",
    "set -eu": "set -eu",
    "set -eu and vi": "set -eu -o vi",
    "set -o vi": "set -o vi",
    "set -o posix": "set -o posix",
    "set -a": "set -a",
    "noclobber": "set -C",
    "nullglob and failglob": "shopt -s failglob nullglob extglob dotglob",
    "IFS": "IFS=,",
    "a string that fails": "PROMPT_COMMAND='false'",
    "a string with a semicolon": "PROMPT_COMMAND='true;'",
    "a string in front": "PROMPT_COMMAND=\"sh -c 'exit 7';${PROMPT_COMMAND-}\"",
    "a string behind": 'PROMPT_COMMAND="${PROMPT_COMMAND:+$PROMPT_COMMAND; }history -a"',
    "an array": "PROMPT_COMMAND+=('true' 'false')",
    "a sparse array": "PROMPT_COMMAND[5]=true; PROMPT_COMMAND[9]='false #'",
    "what prints": "PROMPT_COMMAND+=('echo of a hook')",
    "a prompt made anew": "PROMPT_COMMAND+=('PS1=\"\\u \\w \"')",
    "several lines": r"PS1='\n┌ \u \w\n│\n└ '",
    "a right prompt": r"PS1='\[\e[s\e[60C\t\e[u\]\w '",
    "colours and commands": r"PS1='\[\e[1;32m\]$(printf %s $?)\[\e[0m\] '",
    "PS0": r"PS0='\[\e]2;\w\a\]'",
    "the history's time": "HISTTIMEFORMAT='%F %T ' HISTCONTROL=ignoredups",
    "a quiet DEBUG trap": "trap 'last=$BASH_COMMAND' DEBUG",
    "an ERR trap": "trap 'failed=$?' ERR",
    "functrace": "set -T; trap ':' DEBUG",
    "what starship does": STARSHIP,
    **{f"what bash-preexec does, {name}": text for name, text in PREEXEC.items()},
}


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("name", SETUPS)
def test_commands_are_recorded_exactly_and_marked_once(home: Path, name: str, where: str) -> None:
    with started(home, "bash", **{where: SETUPS[name]}) as shell:
        works(shell, per_command="CDAB", code=0 if "set -e" in name else 3)


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("name", PREEXEC)
def test_hooks_of_bash_preexec_are_called_as_they_are_without_us(home: Path, name: str, where: str) -> None:
    with started(home, "bash", **{where: PREEXEC[name]}) as shell:
        works(shell)
        shell.send(b"exit\r")
        shell.ended(20)
    commands = ["echo one", "sh -c 'echo x; exit 3'", "echo $?", "printf abc", "true", "cat /dev/null"]
    expected = ["after 0"]
    for text in commands:
        expected += [f"before {text}", "after 3" if "exit 3" in text else "after 0"]
    assert (home / "hooks").read_text().splitlines() == [*expected, "before exit"]


def test_a_hook_that_prints_is_no_output_of_the_command(home: Path) -> None:
    with started(home, "bash", "PROMPT_COMMAND=('echo from the hook')") as shell:
        works(shell)
        assert shell.seen.count(b"from the hook\r\n") >= 7


def test_a_hook_of_the_users_own_sees_the_commands_status(home: Path) -> None:
    hook = "PROMPT_COMMAND='echo \"status $?\" >>~/hooks'"
    with started(home, "bash", hook) as shell:
        works(shell)
    assert (home / "hooks").read_text().splitlines()[:4] == ["status 0", "status 0", "status 3", "status 0"]


def test_an_overwritten_prompt_command_is_mended_at_the_first_prompt(home: Path) -> None:
    with started(home, "bash", after="PROMPT_COMMAND='true'; PS1='new $ '") as shell:
        works(shell, per_command="CDAB")


def test_a_hook_that_is_added_later_comes_behind_ours(home: Path) -> None:
    with started(home, "bash") as shell:
        shell.run("PROMPT_COMMAND=\"sh -c 'echo late; exit 9';$PROMPT_COMMAND\"")
        shell.run("true")
        assert shell.run("sh -c 'exit 4'").status == 4
        assert shell.run("echo $?").head == b"4\r\n"
        assert b"late\r\n" in shell.seen
