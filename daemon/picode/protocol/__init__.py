"""All that crosses a socket: what is asked, what is answered, what is announced.

`version` says which protocol this is; `values`, `requests`, `replies` and `events` are the messages;
`terminal` is what a recorder is asked; `plugin` are the lines between the daemon and the Zellij plugin;
`codec` turns all of them into bytes and back.
Unknown fields are ignored by whoever reads; an unknown type gets a `Refused`.
"""
