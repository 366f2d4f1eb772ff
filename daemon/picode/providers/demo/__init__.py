"""The built-in model `demo/demo`: rules, no language model. It shows the workspace at work without key or network.

`provider` speaks; `asked` are requests that it understands; `record` finds the command in a message; `explain` asks
the tables of rules, one file per concern, what went wrong.
"""
