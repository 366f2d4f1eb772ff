"""A moment as people write it on a command line: `30m`, `2h`, `3d`, `14:30`, `2026-01-31`."""

import argparse
import re
import time

UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
FORMS = ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")


def since(text: str) -> int:
    """Milliseconds since 1970; an hour means today's, or yesterday's when it is still to come."""
    text = text.strip()
    now = time.time()
    if found := re.fullmatch(r"(\d{1,6})\s*([a-z]+)", text):
        if found[2] in UNITS:
            return int((now - int(found[1]) * UNITS[found[2]]) * 1000)
    elif found := re.fullmatch(r"(\d{1,2}):(\d\d)", text):
        today = time.localtime(now)
        if int(found[1]) < 24 and int(found[2]) < 60:
            at = time.mktime((*today[:3], int(found[1]), int(found[2]), 0, 0, 0, -1))
            return int((at if at <= now else at - 86400) * 1000)
    for form in FORMS:
        try:
            return int(time.mktime(time.strptime(text, form)) * 1000)
        except (ValueError, OverflowError):
            continue
    raise argparse.ArgumentTypeError(f"{text!r} is no time: write 30m, 2h, 3d, 14:30 or 2026-01-31")
