"""The table of events, as docs/extensions.md has it: `python -m picode.extensions.describe`."""

from picode.extensions.events import EVENTS


def table() -> str:
    rows = ["| event | when | in it | a handler may return |", "|---|---|---|---|"]
    for name, event in EVENTS.items():
        fields = ", ".join(f"`{field}`" for field in event.fields)
        returns = event.returns.replace("|", "\\|")
        rows.append(f"| `{name}` | {event.when} | {fields} | {returns} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    print(table(), end="")
