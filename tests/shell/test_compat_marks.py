"""The standard marks (OSC 133) are printed once, whoever prints them: by the mechanisms that terminals' scripts use."""

from pathlib import Path

import pytest

from support.compat import marks, started, type_and_wait, works

# VS Code in bash: a DEBUG trap for the begin, and a PROMPT_COMMAND that calls what it found; marks of its own number
VSCODE_BASH = r"""
__vsc_initialized=0 vs_running=1 vs_made=
vs_update() {
    [[ $vs_made == "$PS1" ]] || { vs_made='\[\e]633;A\a\]'$PS1'\[\e]633;B\a\]'; PS1=$vs_made; }
    vs_running=0
}
vs_begin() { [[ $vs_running == 1 ]] || { vs_running=1; printf '\e]633;C\a'; }; }
vs_return() { return "$1"; }
vs_prompt() {
    local status=$? part
    vs_return "$status"
    for part in "${vs_before[@]}"; do eval "${part:-}"; done
    printf '\e]633;D;%s\a' "$status"
    vs_update
}
trap 'vs_begin "$_"' DEBUG
vs_before=${PROMPT_COMMAND:-}
PROMPT_COMMAND=vs_prompt
"""
VSCODE_ZSH = r"""
vs_precmd() {
    print -n "\e]633;D;$?\a"
    [[ -z ${vs_running-1} ]] || { vs_prompt=$PS1 vs_running=; PS1=$'%{\e]633;A\a%}'$PS1$'%{\e]633;B\a%}' }
}
vs_preexec() { PS1=$vs_prompt vs_running=1; print -n '\e]633;C\a' }
autoload -Uz add-zsh-hook; add-zsh-hook precmd vs_precmd; add-zsh-hook preexec vs_preexec
"""
# Ghostty in bash: a hook behind PROMPT_COMMAND, PS0 behind whatever was there, a prompt that is wrapped and unwrapped
GHOSTTY = r"""
__ghostty_precmd() {
    local status=$?
    [[ ${g_running-1} == 0 ]] || { g_plain=$PS1; PS1='\[\e]133;P;k=i\a\]'$PS1'\[\e]133;B\a\]'; }
    [[ -z ${g_running-} ]] || printf '\e]133;D;%s\a' "$status"
    printf '\e]133;A;cl=line\a'
    g_running=0
}
g_begin() { PS1=$g_plain g_running=1; printf '\e]133;C;\a'; }
g_hook() {
    __ghostty_precmd
    [[ $PS0 == *g_begin* ]] || PS0+='$(g_begin >/dev/tty)'
}
PROMPT_COMMAND+=${PROMPT_COMMAND:+;}'g_hook 2>/dev/null'
"""
# kitty in zsh: last of the hooks, its mark in the prompt while a prompt is shown
KITTY = r"""
k_precmd() {
    local last=$? mark=$'%{\e]133;A\a%}'
    [[ -z ${k_ran-} ]] || print -n "\e]133;D;$last\a"
    if [[ $precmd_functions[-1] == k_precmd ]]; then
        [[ $PS1 == *$mark* ]] || PS1=$mark$PS1
    else
        precmd_functions=(${precmd_functions:#k_precmd} k_precmd)
        print -rn -- $mark[3,-3]
    fi
}
k_preexec() { k_ran=1; PS1=${PS1//$'%{\e]133;A\a%}'}; print -n '\e]133;C;cmdline=x\a' }
autoload -Uz add-zsh-hook; add-zsh-hook precmd k_precmd; add-zsh-hook preexec k_preexec
"""
FISH = r"""
function m_prompt --on-event fish_prompt; printf '\e]133;A\a'; end
"""
# by what prints: the shell, the script, what one command's marks are, what is printed into its output
OTHERS = {
    "VS Code's, bash": ("bash", VSCODE_BASH, "", b"\x1b]633;C\x07"),
    "VS Code's, zsh": ("zsh", VSCODE_ZSH, "", b""),
    "Ghostty's, bash": ("bash", GHOSTTY, "CDAPB", b""),
    "kitty's, zsh": ("zsh", KITTY, "CDA", b""),
    "foot's, bash": (
        "bash",
        r"mark() { printf '\e]133;A\e\\'; }; PROMPT_COMMAND+=${PROMPT_COMMAND:+;}mark",
        "A",
        b"",
    ),
    "foot's, zsh": ("zsh", r"precmd() { print -Pn '\e]133;A\e\\' }", "A", b""),
    "in PS1 and PS0": ("bash", r"PS0='\e]133;C\a'; PS1='\[\e]133;A\a\]$ \[\e]133;B\a\]'", "CAB", b""),
    "in PROMPT": ("zsh", r"PS1=$'%{\e]133;A\a%}$ %{\e]133;B\a%}'", "AB", b""),
}


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("name", OTHERS)
def test_marks_of_others_are_not_doubled(home: Path, name: str, where: str) -> None:
    kind, script, once, printed = OTHERS[name]
    with started(home, kind, **{where: script}) as shell:
        works(shell, skip=printed, per_command=once)


def test_marks_of_others_are_not_doubled_in_fish(home: Path) -> None:
    with started(home, "fish", FISH) as shell:
        works(shell, per_command="A")


@pytest.mark.parametrize("kind", ["bash", "zsh", "fish"])
def test_a_first_prompt_an_empty_line_and_an_interrupted_one_are_marked_once(home: Path, kind: str) -> None:
    with started(home, kind) as shell:
        prompt = "A" if kind == "fish" else "AB"
        shell.until(lambda: marks(shell.seen).endswith(prompt))
        assert marks(shell.seen).replace("D", "") == prompt
        start = len(shell.seen)
        if kind != "fish":
            # fish keeps the prompt that is there
            shell.send(b"abc\x03")
            shell.until(lambda: marks(shell.seen[start:]).endswith(prompt))
        type_and_wait(shell, 1, "true")
        assert "CC" not in marks(shell.seen)
        assert "AA" not in marks(shell.seen)
        assert marks(shell.seen).count("C") == 1
