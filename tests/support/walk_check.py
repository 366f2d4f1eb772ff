"""What must hold after a walk: everything said once and in order, and nothing left over anywhere."""

import json
import os
from typing import TYPE_CHECKING

import psutil

from support.zellij import command_line, wait_for

if TYPE_CHECKING:
    from support.walk_steps import Steps

SLACK = 3
"""Descriptors that come and go by themselves: a connection to the model that is kept, a file of a list."""


def at_rest(life: "Steps") -> int:
    """The daemon's open descriptors when nothing happens."""
    status = idle(life)
    return psutil.Process(status["pid"]).num_fds()


def idle(life: "Steps") -> dict[str, int]:
    """The daemon's status as soon as no turn runs and it counts those who live."""

    def counted() -> dict[str, int]:
        status = life.status()
        wanted = {"running": 0, "terminals": len(life.recorders()), "clients": life.counted()}
        seen.append({name: (status[name], count) for name, count in wanted.items()})
        return status if all(status[name] == count for name, count in wanted.items()) else {}

    seen: list[object] = []
    life.run_something()
    try:
        return wait_for(counted, "the daemon's count of those who live")
    except AssertionError as error:
        lives = [(p.pid, p.ppid(), command_line(p)) for p in life.workspace.processes()]
        raise AssertionError(f"{error} It counts, and there are: {seen[-1]} {lives}") from error


def check(life: "Steps", descriptors: int) -> None:
    """Compare; whatever is late has the harness's patience."""
    wait_for(lambda: said_in_files(life) == life.expected(), "each message once and in order")
    told = life.server.requests
    assert len(told) == len(life.said), f"{len(told)} requests for {len(life.said)} questions"
    # somebody attached, as in the beginning
    life.come_in()
    _one_assistant(life)
    panes = [pane for pane in life.workspace.panes() if pane["title"] == "assistant"]
    assert len(panes) == 1, panes
    assert len(life.workspace.servers()) == 1, [command_line(p) for p in life.workspace.servers()]
    wait_for(lambda: not _orphans(life), "the end of every orphan")
    wait_for(lambda: len(_pipes(life)) <= 1, "one pipe of the explorer")
    pid = idle(life)["pid"]
    few = descriptors + SLACK
    try:
        wait_for(lambda: psutil.Process(pid).num_fds() <= few, f"{few} descriptors in the daemon")
    except AssertionError as error:
        raise AssertionError(f"{error} {_descriptors(pid)}") from error


def _one_assistant(life: "Steps") -> None:
    try:
        wait_for(lambda: len(life.assistants()) == 1, "one assistant")
    except AssertionError as error:
        lives = [(p.pid, p.ppid(), command_line(p)) for p in life.workspace.processes()]
        panes = [(pane["id"], pane["title"], pane["exited"]) for pane in life.workspace.panes()]
        raise AssertionError(f"{error} There are {lives} {panes}") from error


def said_in_files(life: "Steps") -> list[str]:
    """What the user and the assistant said, reduced to the names that the model knows."""
    found: list[str] = []
    names = life.expected()
    for line in life.written().splitlines():
        entry = json.loads(line)
        if entry.get("type") == "message":
            text = json.dumps(entry["message"].get("content", ""))
            # an answer's number may be the beginning of another's
            found += [name for name in names if name in text][:1]
    return found


def _orphans(life: "Steps") -> list[str]:
    """Processes without a living parent of ours that are not supposed to be on their own."""
    own = {client.process.pid for client in life.clients} | {p.pid for p in life.workspace.servers()}
    own.add(life.status()["pid"])
    found = []
    for process in life.workspace.processes():
        try:
            alone = process.ppid() == os.getpid() and process.pid not in own
        except psutil.Error:
            continue
        if alone:
            found.append(f"{process.pid} {command_line(process)}")
    return found


def _pipes(life: "Steps") -> list[psutil.Process]:
    """Held pipes, without the few that come and go with a snapshot."""
    return [p for p in life.workspace.processes() if "pipe --name picode-events" in command_line(p)]


def _descriptors(pid: int) -> list[str]:
    """What they are, for whoever reads of too many."""
    found = []
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            found.append(os.readlink(f"/proc/{pid}/fd/{name}"))
        except OSError:
            continue
    return sorted(found)
