import asyncio

from picode.agents.pace import Paced


async def test_the_first_goes_at_once_and_the_rest_together() -> None:
    came: list[list[int]] = []
    more = asyncio.Event()

    def hand_on(ones: list[int]) -> None:
        came.append(ones)
        if len(came) == 2:
            more.set()

    paced = Paced(hand_on, 0.02)
    for one in range(5):
        paced.add(one)
    assert came == [[0]]
    await asyncio.wait_for(more.wait(), 10)
    assert came == [[0], [1, 2, 3, 4]]


async def test_a_flush_hands_on_what_there_is_and_leaves_no_timer() -> None:
    came: list[list[int]] = []
    paced = Paced(came.append, 1000)
    paced.add(1)
    paced.add(2)
    paced.flush()
    paced.flush()
    assert came == [[1], [2]]
    assert paced._timer is None
