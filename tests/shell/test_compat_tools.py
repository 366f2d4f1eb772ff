"""Tools that people have in their start files, the real ones: where one is missing, its tests skip by name."""

from pathlib import Path

import pytest

from support.compat import file, started, tool, type_and_wait, works
from support.ptyshell import environment, write_start_file
from support.screen import Terminal
from support.tools import need

DOC = "/usr/share/doc/fzf/examples/key-bindings"
FZF = {kind: (f"{DOC}.{kind}", f"/usr/share/fzf/key-bindings.{kind}") for kind in ("bash", "zsh", "fish")}
EVAL = {"bash": 'eval "$({})"', "zsh": 'eval "$({})"', "fish": "{} | source"}
INIT = {"starship": "starship init", "atuin": "atuin init", "zoxide": "zoxide init", "direnv": "direnv hook"}
KINDS = ("bash", "zsh", "fish")


def line(name: str, kind: str) -> str:
    """What the tool's own page says to put into the start file."""
    if name == "fzf":
        need("fzf")
        return f". {file(*FZF[kind])}"
    folder = tool(name)
    path = f"set -gx PATH {folder} $PATH" if kind == "fish" else f"PATH={folder}:$PATH"
    return f"{path}\n" + EVAL[kind].format(f"{INIT[name]} {kind}")


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["starship", "atuin", "zoxide", "direnv", "fzf"])
def test_commands_are_recorded_exactly_beside_it(home: Path, name: str, kind: str, where: str) -> None:
    # atuin in bash redraws the prompt at some keys, which prints its marks again
    once = None if name == "atuin" else "CDA" if kind == "fish" else "CDAB"
    with started(home, kind, **{where: line(name, kind)}) as shell:
        works(shell, per_command=once)


@pytest.mark.parametrize("kind", KINDS)
def test_all_of_them_at_once(home: Path, kind: str) -> None:
    lines = "\n".join(line(name, kind) for name in ("fzf", "zoxide", "direnv", "atuin", "starship"))
    with started(home, kind, lines) as shell:
        works(shell)


@pytest.mark.parametrize("kind", KINDS)
def test_direnv_still_loads_what_it_is_allowed_to(home: Path, kind: str) -> None:
    project = home / "project"
    project.mkdir()
    (project / ".envrc").write_text("export FROM_DIRENV=loaded\n")
    with started(home, kind, line("direnv", kind), DIRENV_LOG_FORMAT="") as shell:
        type_and_wait(shell, 1, "cd project")
        type_and_wait(shell, 2, "direnv allow")
        assert type_and_wait(shell, 3, "echo $FROM_DIRENV")[0].head == b"loaded\r\n"


@pytest.mark.parametrize("kind", KINDS)
def test_zoxide_still_counts_directories(home: Path, kind: str) -> None:
    (home / "somewhere").mkdir()
    with started(home, kind, line("zoxide", kind), _ZO_DATA_DIR=str(home / "zo")) as shell:
        for number, text in enumerate(("cd somewhere", "cd ..", "z some"), 1):
            type_and_wait(shell, number, text)
        assert type_and_wait(shell, 4, "pwd")[0].head == f"{home}/somewhere\r\n".encode()


PLUGINS = {
    "zsh-autosuggestions": "/usr/share/zsh-autosuggestions/zsh-autosuggestions.zsh",
    "zsh-syntax-highlighting": "/usr/share/zsh-syntax-highlighting/zsh-syntax-highlighting.zsh",
    "powerlevel9k": "/usr/share/powerlevel9k/powerlevel9k.zsh-theme",
    "powerline": "/usr/share/powerline/bindings/zsh/powerline.zsh",
    "antigen": "/usr/share/zsh-antigen/antigen.zsh",
}


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("name", PLUGINS)
def test_commands_are_recorded_exactly_beside_a_zsh_plugin(home: Path, name: str, where: str) -> None:
    with started(home, "zsh", **{where: f". {file(PLUGINS[name])}"}) as shell:
        works(shell, per_command="CDAB")


@pytest.mark.parametrize("where", ["before", "after"])
def test_commands_are_recorded_exactly_beside_powerline_in_bash(home: Path, where: str) -> None:
    script = file("/usr/share/powerline/bindings/bash/powerline.sh")
    with started(home, "bash", **{where: f". {script}"}) as shell:
        works(shell, per_command="CDAB")


def test_fzf_still_answers_its_key(home: Path) -> None:
    (home / "a-file-to-find").touch()
    write_start_file(home, "bash", before=line("fzf", "bash"))
    environ = environment(home, "bash", FZF_CTRL_T_COMMAND="ls")
    terminal = Terminal(["bash"], environ, home, 80, 24)
    try:
        terminal.wait_for("$")
        terminal.type("echo got \x14")
        terminal.wait_for("> a-file-to-find")
        terminal.type("find\r")
        terminal.wait_for("echo got a-file-to-find")
        terminal.type("\r")
        terminal.wait_for("\ngot a-file-to-find")
    finally:
        terminal.close()
