"""The recorder in fish with prompts that people have: several lines, one on the right, one that shrinks at Enter."""

from pathlib import Path

from support.ptyshell import RecordedShell, write_start_file
from support.tools import need

PROMPTS = """
set fish_greeting
function fish_prompt
    if test "$TRANSIENT" = 1
        set -g TRANSIENT 0
        printf '\\e[0J> '
    else
        printf '\\nsome place\\n$ '
    end
end
function fish_right_prompt
    echo -n right
end
# as starship's enable_transience does
function transient_execute
    set -g TRANSIENT 1
    commandline -f repaint
    commandline -f execute
end
bind \\r transient_execute
"""


def test_commands_are_exact_beneath_a_transient_prompt_of_several_lines_with_one_on_the_right(
    home: Path,
) -> None:
    need("fish")
    write_start_file(home, "fish", after=PROMPTS)
    shell = RecordedShell(home, "fish", start_file=False).ready()
    try:
        for text, output, status in (
            ("echo one", b"one\r\n", 0),
            ("sh -c 'printf two; exit 3'", b"two", 3),
            ("true", b"", 0),
            ("echo 'three' 'four'", b"three four\r\n", 0),
        ):
            start = len(shell.seen)
            record = shell.run(text)
            assert (record.command, record.status) == (text, status)
            assert record.head == output
            assert b"> " in shell.seen[start:]
    finally:
        shell.hang_up()
