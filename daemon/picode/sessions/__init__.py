"""Conversations on disk: pi's JSONL v3, append-only, every byte kept.

`entries` encodes and decodes lines, `file` appends them, `tree` finds the active path, `messages` makes the model's
context of it, `display` the pane's entries; `store` finds and lists the files; `workspaces` and `prompts` are small
files beside them.
"""
