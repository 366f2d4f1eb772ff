"""The user's terminal: the recorder that runs under a shell, and everything that calls `zellij`.

`start` is what a shell's script runs; `recorder`, `recording`, `relay` and `loop` are its life; `marks`, `commands`
and `ring` know what was run and printed; `link` talks to the daemon, `answers` to those who ask the recorder.
"""
