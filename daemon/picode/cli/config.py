"""Settings: `get NAME`, `set NAME VALUE`, `show [--origin]`."""

import argparse

from picode import paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    get = actions.add_parser("get", help="one value, and what it is for")
    get.add_argument("name")
    change = actions.add_parser("set", help="write a value into your configuration file")
    change.add_argument("name")
    change.add_argument("value")
    show = actions.add_parser("show", help="every value")
    show.add_argument("--origin", action="store_true", help="where each value comes from")


def run(args: argparse.Namespace) -> int:
    where = paths.resolve()
    if args.action == "set":
        from picode.config.edit import set_value

        print(f"{args.name} = {_text(set_value(where, args.name, args.value))}")
        return 0
    from picode.config import layers
    from picode.config.describe import sentence

    loaded = layers.load(where, project=paths.project_of(paths.working_directory()))
    if args.action == "get":
        print(f"{_text(layers.value_of(loaded.settings, args.name))}")
        print(f"# {sentence(args.name)}  ({loaded.origins.get(args.name, 'not set')})")
        return 0
    for name in layers.names():
        origin = f"  # {loaded.origins[name]}" if args.origin else ""
        print(f"{name} = {_text(layers.value_of(loaded.settings, name))}{origin}")
    for name, entry in loaded.settings.custom_providers.items():
        origin = f"  # {loaded.origins[f'custom_providers.{name}']}" if args.origin else ""
        print(f"custom_providers.{name} = {_text(entry)}{origin}")
    if args.origin:
        for notice in loaded.notices:
            print(f"# {notice}")
    return 0


def _text(value: object) -> str:
    """As JSON; keys that stand in the configuration are not shown."""
    import json

    import msgspec

    shown = msgspec.to_builtins(value)
    if isinstance(shown, dict) and isinstance(shown.get("keys"), dict):
        shown["keys"] = {name: key if key[:1] in "$!" else "…" for name, key in shown["keys"].items()}
    return json.dumps(shown, ensure_ascii=False)
