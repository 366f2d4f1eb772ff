"""The front ends' side of the socket.

`start` makes sure that a daemon runs, `link` is one connection to it, `blocking` asks and waits (commands, scripts),
`stream` asks and follows events in asyncio (the pane, print mode).
"""
