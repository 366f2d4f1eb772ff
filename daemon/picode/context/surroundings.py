"""Secrets that have no form of their own, and are known by what stands around them: a name, a header, an option."""

import re

from picode.context.secrets import TOKENS, Shape

VALUE = r"""[^\s"'`<>,;()\[\]{}&|\\]"""
# what a name may end in: `SECRET_KEY_BASE`, `PASSWORD2`; not `TOKEN_URL`, `tokens`
SECRET_NAMES = ("password", "passwd", "passphrase", "pwd", "_pass", "secret", "token", "api_key", "apikey", "api-key",
    "access_key", "access-key", "accesskey", "private_key", "auth_key", "encryption_key", "master_key", "signing_key",
    "app_key", "credential")  # fmt: skip
ENDING = r"(?:[_-]?(?:access|secret|private|signing|encryption)?[_-]?key(?:_base)?)?(?:_?[0-9]{1,3})?"
NAMED = r"\w{0,60}(?:password|passwd|secret|token|api_?key|access_?key|salt)\w{0,10}"
OPTIONS = ("--password ", "--passwd ", "--pass ", "--token ", "--secret ", "--api-key ", "--apikey ", "--auth-token ",
    "--access-token ", "--api-token ", "--client-secret ", "--secret-key ")  # fmt: skip


def _known(kind: str, literals: str | tuple[str, ...], pattern: str, inside: bool = False) -> Shape:
    """Of any case; what the first group matches is the secret."""
    literals = (literals,) if isinstance(literals, str) else literals
    return Shape(kind, literals, re.compile(pattern, re.I), 1, True, inside)


OTHERS: tuple[Shape, ...] = (
    Shape(
        "Azure key",
        ("accountkey=", "sharedaccesskey="),
        re.compile(r"[a-z]{9,15}=([a-z0-9+/]{40,100}={0,2})", re.I),
        1,
        True,
        True,
    ),
    Shape("Azure signature", ("sig=",), re.compile(r"sig=([a-z0-9%+/=]{40,120})", re.I), 1, True),
    Shape(
        "password in a URL",
        ("://",),
        re.compile(r"://[^\s/:@\"'<>]{0,100}:((?![0-9]{1,5}/)[^\s@\"'<>$]{1,200})@"),
        1,
        False,
        True,
    ),
    Shape(
        "authorization",
        ("authorization",),
        re.compile(
            r"""authorization["']?\s{0,3}[:=]\s{0,3}["']?(?:(?:basic|bearer|token|digest|apikey|negotiate|aws4-hmac-sha256)\s{1,3}"""
            r"""|(?=[a-z+/._~:-]{0,400}[0-9=]))((?!\[redacted)[a-z0-9+/=._~:-]{8,4000})""",
            re.I,
        ),
        1,
        True,
        True,
    ),
    Shape(
        "authorization",
        ("bearer ",),
        re.compile(r"bearer\s{1,3}((?=[a-z+/=._~-]{0,100}[0-9])[a-z0-9+/=._~-]{16,4000})", re.I),
        1,
        True,
    ),
    Shape(
        "API key",
        ("x-api-key", "x-auth-token", "private-token", "x-goog-api-key", "api-key:"),
        re.compile(
            r"""(?:x-)?[a-z-]{3,20}["']?\s{0,3}:\s{0,3}["']?((?!\[redacted)[a-z0-9+/=._~-]{8,500})""", re.I
        ),
        1,
        True,
    ),
    Shape(
        "password",
        ("identified by '", 'identified by "'),
        re.compile(r"""identified by (["'])((?!\[redacted)[^\n"']{1,200})\1""", re.I),
        2,
        True,
    ),
    Shape(
        "password",
        ("machine ",),
        re.compile(
            r"machine\s{1,5}\S{1,200}\s{1,5}login\s{1,5}\S{1,200}\s{1,5}password\s{1,5}(\S{1,200})", re.I
        ),
        1,
        True,
    ),
    Shape(
        "password",
        ("sshpass -p", "curl -u", "--user "),
        re.compile(
            r"""(?:sshpass -p\s?['"]?|(?:curl -u|--user)\s['"]?[^\s:'"]{1,100}:)"""
            r"""((?!(?-i:[A-Z_]+)(?:\s|$))[^\s'"$]{3,200})""",
            re.I,
        ),
        1,
        True,
    ),
    _known(
        "signature", ("x-amz-signature=", "x-goog-signature="), r"x-\w{3,4}-signature=([a-f0-9]{64,1024})"
    ),
    _known("Teams webhook", "/incomingwebhook/", r"/incomingwebhook/([a-f0-9]{32})", True),
    _known("private key", "client-key-data", r"client-key-data:\s{0,3}([a-z0-9+/=]{40,20000})"),
    _known(
        "private key",
        "private-lines:",
        r"private-lines: ?[0-9]{1,3}\r?\n((?:[a-z0-9+/=]{4,64}\r?\n){0,100}[a-z0-9+/=]{4,64})(?=\r?\n)",
    ),
    _known(
        "WireGuard key",
        ("privatekey", "presharedkey"),
        r"(?:private|preshared)key\s{0,3}=\s{0,3}([a-z0-9+/]{43}=)",
    ),
    Shape(
        "password",
        ('"auth"',),
        re.compile(r'"auth"\s{0,3}:\s{0,3}"((?=[a-z]{0,400}[A-Z0-9+/=])[A-Za-z0-9+/]{12,400}={0,2})"'),
        1,
    ),
    _known(
        "password",
        ("password>", "passwd>", "secret>", "token>", "apikey>"),
        r"(?:password|passwd|secret|token|apikey)>([^<>\s][^<>\n]{2,300})</",
        True,
    ),
    _known(
        "secret",
        ('password"', 'secret"', 'token"', 'apikey"'),
        r"""(?:password|secret|token|apikey)"\s{1,3}value="([^"\n]{3,300})\"""",
        True,
    ),
    _known("secret", "define(", rf"""define\(\s?["']{NAMED}["'],\s{{0,3}}["']([^"'\n]{{3,200}})["']"""),
    _known(
        "secret",
        ("env ", "set -x", "set -gx", "set -ux", "set -xg", "setenv "),
        rf"""(?:env|setenv|set -[a-z]{{1,3}})\s{{1,3}}{NAMED}\s{{1,3}}["']?([^\s"'$=(]{{4,300}})""",
    ),
    _known(
        "session cookie",
        ("session=", "sessionid=", "sessid=", "session_id=", "connect.sid="),
        r"[a-z_.]{3,12}=((?=[a-z%._~-]{0,200}[0-9])[a-z0-9%._~-]{20,4000})",
        True,
    ),
    _known(
        "password",
        ("mysql", "mariadb"),
        r"(?:mysql|mariadb)[a-z-]{0,10}\s(?:[^\s|;&]{1,60}\s{1,3}){0,10}?-p([^\s\-][^\s]{2,100})",
    ),
    _known("password", "redis-cli ", r"redis-cli\s(?:[^\s|;&]{1,60}\s{1,3}){0,10}?-a\s{1,3}([^\s$]{3,200})"),
    _known(
        "password", ("password '", 'password "'), r"""(?<=with |pted )password ["']([^\n"']{1,200})["']"""
    ),
    _known("password", ":5432:", r":5432:[^:\s]{1,60}:[^:\s]{1,60}:([^\s:]{3,100})", True),
    _known("password hash", ":$", r":(\$(?:[156y]|2[abxy]|argon2id?)\$[^\s:]{20,200})", True),
)

SHAPES = TOKENS + OTHERS

ASSIGNMENTS = (
    *(
        Shape(
            "password" if name in ("password", "passwd", "passphrase", "pwd", "_pass") else "secret",
            (name,),
            re.compile(
                re.escape(name) + ENDING + r"""["']?(?:(\s{0,20}(?:=>|:=|[:=])\s{0,20})"([^"\n]{1,500})"|"""
                r"""(\s{0,20}(?:=>|:=|[:=])\s{0,20})'([^'\n]{1,500})'|"""
                r"""(=|:[ \t]{1,20}|[ \t]=[ \t])(""" + VALUE + r"""{1,500}))""",
                re.I,
            ),
            any_case=True,
            inside=True,
        )
        for name in SECRET_NAMES
    ),
    Shape(
        "secret",
        OPTIONS,
        re.compile(rf"--[a-z-]{{3,20}} {{1,3}}(?!-|\[)({VALUE}{{3,500}})", re.I),
        any_case=True,
    ),
)
"""`DB_PASSWORD=…`, `"apiKey": "…"`, `client_secret: …`, `--token …`: the last group is the value, and `redact` judges
it."""
