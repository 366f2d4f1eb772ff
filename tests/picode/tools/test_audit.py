"""The record of what the tools did."""

from pathlib import Path

from picode.tools.audit import Audit


def test_a_silent_conversation_leaves_no_line(home: Path) -> None:
    audit = Audit(home)
    audit.silent.add("quiet")
    audit.record("quiet", "c1", "bash", "run", "done")
    assert not audit.path.exists()
