"""Ports that are taken, and hosts that do not answer."""

import re

from picode.providers.demo.finding import Finding, Rule, first
from picode.providers.demo.record import Record

TAKEN = re.compile(
    r"[Aa]ddress already in use|EADDRINUSE|port is already allocated|[Pp]ort \d+ is (?:already )?in use"
)
# Where the number stands, in the order of trust.
PORT = (
    r"EADDRINUSE[^\n]*?:(\d{2,5})\b",
    r"[Pp]ort (\d{2,5}) is",
    r"(?:\d|\]|\*|localhost):(\d{2,5})\b[^\n]*(?:in use|allocated)",
    r"in use[^\n]*?:(\d{2,5})\b",
    r"\('[^']*', (\d{2,5})\)",
    r"(?:port|PORT)[ =:]+(\d{2,5})\b",
)
IN_COMMAND = r"(?<!\S)(?:--port[ =]|-p ?|[\w.]*:)?(\d{4,5})(?!\S)"

RULES = (
    Rule(r"Could not resolve host:? (?P<host>[^\s;]+)", "The name {host} cannot be found: mistyped, or no network.",
         "getent hosts {host}"),
    Rule(r"Temporary failure in name resolution|Name or service not known|getaddrinfo (?:ENOTFOUND|EAI_AGAIN)",
         "A host's name cannot be found: mistyped, or no network."),
    Rule(r"[Cc]onnection refused|ECONNREFUSED",
         "Nothing listens where the command tried to connect: the server is not running, or on another port.",
         "ss -ltn"),
    Rule(r"[Cc]onnection timed out|ETIMEDOUT|Operation timed out", "The other side did not answer in time."),
    Rule(r"certificate (?:verify failed|has expired|is not yet valid)|self[- ]signed certificate",
         "The other side's certificate is not trusted.", "date"),
)  # fmt: skip


def explain(record: Record) -> Finding | None:
    return _taken(record) or first(RULES, record)


def _taken(record: Record) -> Finding | None:
    if not TAKEN.search(record.output):
        return None
    port = next((found[1] for pattern in PORT if (found := re.search(pattern, record.output))), "")
    if not port and (found := re.search(IN_COMMAND, record.command)):
        port = found[1]
    if not port:
        return Finding("The port is taken: another program listens on it.", "ss -ltnp")
    return Finding(f"Port {port} is taken: another program listens on it.", f"ss -ltnp 'sport = :{port}'")
