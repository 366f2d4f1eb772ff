"""Waiting for many things at once: files that are ready, and moments. It sleeps while there is neither."""

import select
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

READ = select.POLLIN
WRITE = select.POLLOUT


class Loop:
    def __init__(self, failed: "Callable[[Exception], None]") -> None:
        self._failed = failed
        """Told when a callback fails; a file whose callback failed is forgotten."""
        self._poll = select.poll()
        self._ready: dict[int, Callable[[int], None]] = {}
        self._moments: dict[str, tuple[float, Callable[[], None]]] = {}
        self._stopped = False

    def watch(self, fd: int, events: int, callback: "Callable[[int], None]") -> None:
        """Call `callback(events)` whenever `fd` is ready; again with other arguments: change it."""
        self._poll.register(fd, events)
        self._ready[fd] = callback

    def forget(self, fd: int) -> None:
        if self._ready.pop(fd, None):
            self._poll.unregister(fd)

    def after(self, seconds: float, name: str, callback: "Callable[[], None]") -> None:
        """Call once, `seconds` from now; the same name again moves it."""
        self._moments[name] = (time.monotonic() + seconds, callback)

    def cancel(self, name: str) -> None:
        self._moments.pop(name, None)

    def stop(self) -> None:
        self._stopped = True

    def run(self) -> None:
        while not self._stopped:
            for fd, events in self._poll.poll(self._wait() if self._moments else None):
                callback = self._ready.get(fd)
                try:
                    if callback:
                        callback(events)
                except Exception as problem:
                    self.forget(fd)
                    self._failed(problem)
            if self._moments:
                self._due()

    def _wait(self) -> float:
        soonest = min(moment for moment, _ in self._moments.values())
        return max(0.0, (soonest - time.monotonic()) * 1000 + 0.5)

    def _due(self) -> None:
        now = time.monotonic()
        for name, (moment, callback) in list(self._moments.items()):
            if moment <= now and self._moments.get(name) == (moment, callback):
                del self._moments[name]
                try:
                    callback()
                except Exception as problem:
                    self._failed(problem)
