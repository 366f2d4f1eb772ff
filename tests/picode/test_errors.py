"""The error tree: exit codes by kind, and a drawing that tells the truth."""

import re

from picode import errors


def test_the_drawing_shows_every_error_with_its_exit_code() -> None:
    drawn = dict(re.findall(r"(\w+)\s+(\d+)   ", errors.__doc__ or ""))
    assert drawn == {name: str(kind.exit_code) for name, kind in errors.BY_KIND.items()}


def test_exit_codes_tell_the_kinds_apart() -> None:
    codes = [kind.exit_code for kind in errors.BY_KIND.values()]
    assert len(set(codes)) == len(codes)


def test_a_message_and_its_hint_are_read_together() -> None:
    assert str(errors.Missing("It is gone.", "Make it again.")) == "It is gone. Make it again."
    assert str(errors.Missing("It is gone.")) == "It is gone."


def test_a_relative_of_an_error_goes_over_the_wire_under_a_name_that_everybody_knows() -> None:
    class Special(errors.Missing):
        pass

    class Foreign(errors.PicodeError):
        exit_code = 77

    assert errors.kind_of(errors.TryLater("")) == "TryLater"
    assert errors.kind_of(Special("")) == "Missing"
    assert errors.kind_of(Foreign("")) == "NotAllowed"
    assert errors.kind_of(errors.PicodeError("")) == "PicodeError"
