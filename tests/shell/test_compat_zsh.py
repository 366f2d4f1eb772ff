"""zsh start files as people have them; each mechanism as its owner uses it, before PiCode's line and behind it."""

from pathlib import Path

import pytest

from picode.terminal.driver import Driven
from support.compat import marks, started, type_and_wait, works
from support.ptyshell import environment, write_start_file
from support.screen import Terminal
from support.tools import need

# an instant prompt as powerlevel10k draws it: printed at the top of the start file, the terminal then kept aside until
# the first real prompt, which is drawn over it
INSTANT = r"""
zmodload zsh/terminfo zsh/system
print -rn -- "${terminfo[sc]}instant> "
stty -icanon
__p9k_instant_prompt_output=~/instant-output
: >$__p9k_instant_prompt_output
exec {__p9k_fd_0}<&0 {__p9k_fd_1}>&1 {__p9k_fd_2}>&2 0</dev/null 1>$__p9k_instant_prompt_output
exec 2>&1
__p9k_instant_prompt_active=1
echo "a start file that talks"
instant_first() {
    (( ${+__p9k_instant_prompt_active} )) || return 0
    unset __p9k_instant_prompt_active
    exec 0<&$__p9k_fd_0 1>&$__p9k_fd_1 2>&$__p9k_fd_2 {__p9k_fd_0}>&- {__p9k_fd_1}>&- {__p9k_fd_2}>&-
    unset __p9k_fd_0 __p9k_fd_1 __p9k_fd_2
    print -rn -- "${terminfo[rc]}${terminfo[ed]}"
    cat $__p9k_instant_prompt_output
}
precmd_functions=(instant_first $precmd_functions)
"""
# powerlevel10k's own hooks: first and last again at each prompt, and marks of its own where it was told to
LAST_AGAIN = r"""
_p9k_precmd() {
    local before=$?
    local a= b=
    [[ -z ${P9K_MARK-} ]] || a=$'%{\e]133;A\a%}' b=$'%{\e]133;B\a%}'
    PROMPT="$a%~
%F{green}>%f $b"
    RPROMPT='%T'
    [[ $precmd_functions[-1] == _p9k_precmd ]] || precmd_functions=(${precmd_functions:#_p9k_precmd} _p9k_precmd)
    [[ $preexec_functions[-1] == _p9k_preexec2 ]] ||
        preexec_functions=(${preexec_functions:#_p9k_preexec2} _p9k_preexec2)
    [[ -z ${P9K_MARK-} ]] || print -n "\e]133;D;$before\a"
}
_p9k_preexec2() {
    [[ -z ${P9K_MARK-} ]] || print -n '\e]133;C;\a'
    return 0
}
precmd_functions+=(_p9k_precmd)
preexec_functions+=(_p9k_preexec2)
"""
# a transient prompt: what was typed is drawn again under a short prompt when Enter is pressed
TRANSIENT = r"""
PS1=$'\nlong %~\n> '
transient-finish() { local PROMPT='> ' RPROMPT=; zle .reset-prompt }
autoload -Uz add-zle-hook-widget
zle -N transient-finish
add-zle-hook-widget line-finish transient-finish
"""
SETUPS = {
    "nothing": "",
    "setopt no_unset": "setopt no_unset",
    "set -eu": "set -eu",
    "set -o vi": "set -o vi",
    "ksh arrays": "setopt ksh_arrays",
    "sh_word_split and null_glob": "setopt sh_word_split null_glob",
    "glob_subst and extended_glob": "setopt glob_subst extended_glob",
    "prompt_subst": "setopt prompt_subst; PS1='$(print -n sub) %# '",
    "no_prompt_percent": "setopt no_prompt_percent",
    "no prompt_sp": "unsetopt prompt_sp prompt_cr",
    "warn_create_global": "setopt warn_create_global warn_nested_var",
    "functions precmd and preexec": "precmd() { echo hook >>~/hooks; }; preexec() { echo hook >>~/hooks; }",
    "arrays": "precmd_functions+=(mine); preexec_functions+=(mine); mine() { false; }",
    "a hook that prints": "mine() { print hook; }; preexec_functions+=(mine); precmd_functions[1,0]=mine",
    "a DEBUG trap": "trap 'last=$ZSH_DEBUG_CMD' DEBUG",
    "several lines and a right prompt": "PS1=$'\\n%~\\n%# '; RPS1='%T'; RPROMPT2='%_'",
    "an end-of-line mark": "PROMPT_EOL_MARK='%B<no newline>%b'",
    "a prompt made anew": 'precmd_functions+=(mine); mine() { PS1="$RANDOM %# "; }',
    "add-zsh-hook": "autoload -Uz add-zsh-hook; mine() { true; }; add-zsh-hook precmd mine; add-zsh-hook preexec mine",
    "a widget in zle-line-init": "zle-line-init() { zle reset-prompt; }; zle -N zle-line-init",
    "what powerlevel10k's hooks do": LAST_AGAIN,
}


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("name", SETUPS)
def test_commands_are_recorded_exactly_and_marked(home: Path, name: str, where: str) -> None:
    # a prompt that is drawn twice has its marks twice
    once = None if "zle-line-init" in name else "CDAB"
    with started(home, "zsh", **{where: SETUPS[name]}) as shell:
        works(shell, per_command=once, code=0 if "set -e" in name else 3)


def test_marks_that_powerlevel10k_prints_are_not_doubled_and_no_output(home: Path) -> None:
    with started(home, "zsh", "P9K_MARK=1\n" + LAST_AGAIN) as shell:
        works(shell, per_command="CDAB")


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_transient_prompt_is_drawn_again_with_its_marks(home: Path, where: str) -> None:
    with started(home, "zsh", **{where: TRANSIENT}) as shell:
        works(shell)
        begun = len(shell.seen)
        type_and_wait(shell, 7, "true")
        assert marks(shell.seen[begun:]).replace("AB", "", 1) in ("CDAB", "CD")


@pytest.mark.parametrize("hooks", ["", LAST_AGAIN], ids=["alone", "with the hooks"])
def test_beneath_an_instant_prompt_there_is_one_recorder_and_one_prompt(home: Path, hooks: str) -> None:
    with started(home, "zsh", INSTANT + hooks) as shell:
        works(shell, per_command="CDAB")
        assert b" icanon" in type_and_wait(shell, 7, "stty -a")[0].head
    assert not (home / "instant-output").exists() or "talks" in (home / "instant-output").read_text()


def test_an_instant_prompt_leaves_one_prompt_on_the_screen(home: Path) -> None:
    need("zsh")
    write_start_file(home, "zsh", before=INSTANT, after="PS1='real> '")
    terminal = Terminal(["zsh"], environment(home, "zsh"), home, 80, 24)
    try:
        terminal.wait_for("real>", "a start file that talks")
        shown = terminal.screen
        assert "instant>" not in shown
        assert shown.count("a start file that talks") == 1
        terminal.type("echo o''ne\r")
        terminal.wait_for("one")
    finally:
        terminal.close()


def test_without_the_recorder_an_instant_prompt_is_left_alone(home: Path) -> None:
    need("zsh")
    write_start_file(home, "zsh", before=INSTANT, after="PS1='real> '", python="/nonexistent/python")
    shell = Driven(["zsh"], environment(home, "zsh"), str(home))
    try:
        # the line that says why is shown with what else the start file said
        shell.wait_for(b"is gone. Run", shell.wait_for(b"a start file that talks"))
        shell.wait_for(b"real> ")
    finally:
        shell.hang_up()
