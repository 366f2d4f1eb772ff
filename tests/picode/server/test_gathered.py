"""Changes on their way to the loop."""

from picode.server import gathered
from picode.server.gathered import Gathered


def test_a_batch_is_announced_once_and_taken_whole() -> None:
    told: list[int] = []
    made = Gathered(lambda: told.append(1), lambda path: path.startswith("build/"))
    made.add("came", "a")
    made.add("wrote", "a")
    made.add("wrote", "a")
    made.add("wrote", "build/x")
    made.add("git", "/p/.git/index")
    made.add("directory", "src")
    batch = made.take()
    assert {path: [kind for _, kind in times] for path, times in batch.files.items()} == {
        "a": ["came", "wrote"]
    }
    assert (batch.git, batch.directories, batch.lost) == (True, True, False)
    assert told == [1]
    assert not made.take().files
    made.add("gone", "a")
    assert told == [1, 1]


def test_what_nobody_wants_announces_nothing() -> None:
    told: list[int] = []
    made = Gathered(lambda: told.append(1), lambda path: True)
    made.add("wrote", "x")
    assert told == []


def test_it_is_bounded_and_says_so() -> None:
    made = Gathered(lambda: None, lambda path: False)
    for number in range(gathered.MOST_PATHS + 10):
        made.add("came", str(number))
    for number in range(100):
        made.add("came" if number % 2 else "gone", "0")
    batch = made.take()
    assert len(batch.files) == gathered.MOST_PATHS
    assert batch.lost
    assert len(batch.files["0"]) <= gathered.MOST_TIMES
