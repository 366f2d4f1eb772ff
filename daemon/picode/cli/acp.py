"""For editors: the Agent Client Protocol over standard input and output."""

import argparse
import asyncio
from typing import Any, cast

from picode.cli import options
from picode.errors import Unavailable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--allow", metavar="all", default="", help="`all`: no tool asks, as in the mode “Allow all”"
    )
    parser.add_argument("--session-dir", metavar="DIR", default="", help="where conversations are kept")
    parser.add_argument("--no-session", action="store_true", help="nothing is written to the disk")
    options.add_model(parser)
    parser.set_defaults(session=None, session_id=None, latest=False, fork=None, name=None)


def run(args: argparse.Namespace) -> int:
    return serve_acp(args)


def serve_acp(args: argparse.Namespace) -> int:
    """Talk until the editor ends the input."""
    from picode.cli.place import here

    try:
        from acp.core import run_agent

        from picode.acp.agent import Agent
    except ImportError as error:
        raise Unavailable(
            "The library agent-client-protocol is not installed.", "Install it: `pip install 'picode[acp]'`."
        ) from error
    what = options.chosen(args, here())

    async def serve() -> None:
        agent = Agent(what.open(""), what.model, what.key, "all" in options.granted(args))
        try:
            # of what the protocol may have, the library leaves out what is not there
            await run_agent(cast("Any", agent))
        finally:
            await agent.close()

    asyncio.run(serve())
    return 0
