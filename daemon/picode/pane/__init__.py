"""The assistant pane: a thin client that shows one conversation in this terminal and asks the daemon for the rest.

`state` is what is shown, `update` decides, `view` draws, `app` is the rim that owns the terminal and the connection.
"""
