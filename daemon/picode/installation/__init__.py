"""What set-up writes, and how it is taken back.

`facts` looks at the machine, `plan` and `undo` decide purely what is to change, `show` prints it, `apply` writes
it: all of it or nothing. `record` is what set-up remembers of its own files; `places` says where Zellij and the
shells look.
"""
