import subprocess
from pathlib import Path

import pytest

from picode.installation.lines import MARK, SHELLS, has, line_for, put, take
from support.tools import need

SCRIPT = Path("/home/someone/pi code's/shell/picode.sh")


@pytest.mark.parametrize("before", [b"", b"a\n", b"a", b"a\r\nb", b"\n\n", b"\xff\xfe no text\n"])
def test_taking_the_line_out_gives_back_every_byte(before: bytes) -> None:
    after, known = put(before, line_for("bash", SCRIPT))
    assert has(after, line_for("bash", SCRIPT))
    assert take(after, known) == (before, True)


def test_only_our_line_goes_when_the_user_added_others_after_it() -> None:
    after, known = put(b"a", line_for("bash", SCRIPT))
    assert take(after + b"b", known) == (b"a\nb", True)


def test_a_file_without_our_line_is_left_alone() -> None:
    assert take(b"a\nb") == (b"a\nb", False)


def test_a_new_line_takes_the_place_of_the_old_one_and_the_missing_end_is_remembered() -> None:
    first, known = put(b"a", line_for("bash", Path("/old")))
    second, known = put(first, line_for("bash", Path("/new")), known)
    assert second.count(MARK.encode()) == 1
    assert take(second, known)[0] == b"a"


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("there", [True, False])
def test_each_shell_reads_the_script_when_it_is_there_and_is_silent_when_not(
    shell: str, there: bool, tmp_path: Path
) -> None:
    script = tmp_path / "it's $HOME" / "script"
    script.parent.mkdir()
    if there:
        script.write_text("echo read\n")
    program = need(shell)
    rc = tmp_path / "rc"
    rc.write_text(line_for(shell, script) + "\necho on\n")
    done = subprocess.run([program, str(rc)], capture_output=True, text=True, timeout=20, check=False)
    assert (done.stdout, done.stderr) == ("read\non\n" if there else "on\n", "")
