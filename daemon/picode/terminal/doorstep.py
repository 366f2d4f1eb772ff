"""The recorder's socket before there is time to serve it: a shell within the shell may ask at once (`exec fish` in a
start file), and waits here until the rest is loaded.
"""

import os


def open_socket(path: str) -> int | None:
    """A listening socket at `path`, for its owner only; None when there can be none: the shell goes on without."""
    # the library's own module costs as much as everything else that is loaded before the first byte
    import _socket

    directory = os.path.dirname(path)
    try:
        for place in (os.path.dirname(directory), directory):
            os.makedirs(place, mode=0o700, exist_ok=True)
            found = os.lstat(place)
            if found.st_uid != os.getuid() or found.st_mode & 0o077:
                return None
        listening = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        # whoever had our process id before is dead
        remove(path)
        listening.bind(path)
        os.chmod(path, 0o600)
        listening.listen(16)
        listening.setblocking(False)
        return listening.detach()
    except OSError:
        return None


def remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass
