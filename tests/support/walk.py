"""A random walk through a workspace's life: a model of what must have been said, beside a real Zellij.

The seed decides every step. `Walk.go` takes so many of them (`walk_steps`) and compares at the end (`walk_check`).
"""

import random

from support import walk_check
from support.model_server import ModelServer
from support.walk_steps import Steps
from support.zellij import Workspace


class Walk:
    """`steps` are the names of those taken, for whoever reads of a failure."""

    def __init__(self, workspace: Workspace, server: ModelServer, seed: int) -> None:
        self._random = random.Random(seed)
        self._life = Steps(workspace, server, self._random, seed)
        self.seed = seed
        self.steps: list[str] = []

    def go(self, steps: int) -> None:
        """Open the workspace, take the steps, and check. What fails tells the seed and the steps."""
        life = self._life
        moves = life.moves()
        names = list(moves)
        weights = [weight for weight, _ in moves.values()]
        try:
            life.open()
            # what is opened once and kept: the conversation's file, a connection to the model
            life.ask()
            before = walk_check.at_rest(life)
            for name in self._random.choices(names, weights, k=steps):
                self.steps.append(name)
                moves[name][1]()
            self.steps.append("check")
            walk_check.check(life, before)
        except Exception as error:
            told = f"seed {self.seed}, steps: {', '.join(self.steps)}\n{error}"
            raise AssertionError(f"{told}\n{life.told()}") from error
