"""Random walks through a workspace's life: PICODE_WALK says how many (`make nightly`: 100), PICODE_WALK_SEED where to
begin."""

import os

import pytest

from support.model_server import ModelServer
from support.walk import Walk
from support.zellij import Workspace

pytestmark = [pytest.mark.zellij, pytest.mark.timeout(900)]
FIRST = int(os.environ.get("PICODE_WALK_SEED", "1"))
WALKS = int(os.environ.get("PICODE_WALK", "1"))
STEPS = 8


@pytest.mark.parametrize("seed", range(FIRST, FIRST + WALKS))
def test_whatever_happens_in_whatever_order_nothing_is_lost_doubled_or_left_over(
    ready: Workspace, model_server: ModelServer, seed: int
) -> None:
    Walk(ready, model_server, seed).go(STEPS)
