"""Keys and sign-ins: where they come from, where they are kept, and that they show themselves nowhere.

`find` looks for one; `names` says whose there are. Nothing heavy is imported before it is needed.
"""

from picode.credentials.find import Credentials
from picode.credentials.master import take_passphrase
from picode.credentials.names import KEY_NAMES, VARIABLES, in_environment, variable_of
from picode.credentials.secret import Found, Later, Secret, check, known, lend, quoted

__all__ = [
    "KEY_NAMES", "VARIABLES", "Credentials", "Found", "Later", "Secret", "check", "in_environment", "known", "lend",
    "quoted", "take_passphrase", "variable_of",
]  # fmt: skip
