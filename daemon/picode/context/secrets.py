"""The shapes of keys and tokens: for each kind the literals that it contains and the pattern around them.

A pattern is only tried where one of its literals stands, and every repetition in it has a bound, so that looking
for all of them costs a few searches for plain strings. `find` is the group that is taken out (0: all of it).
Adding a kind takes a line here and a line in the table of tests/picode/context/test_redact.py.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from os.path import commonprefix


@dataclass(frozen=True)
class Shape:
    kind: str
    literals: tuple[str, ...]
    pattern: re.Pattern[str]
    group: int = 0
    any_case: bool = False
    """The literals are looked for in the text's lower case."""
    inside: bool = False
    """The literal may stand behind letters and digits, as in `DB_PASSWORD`."""

    @cached_property
    def prefix(self) -> str:
        """What all literals begin with: one search in place of several."""
        return commonprefix(self.literals)  # noqa: RUF071 - letters are meant, not folders


def _token(kind: str, literals: str, rest: str) -> Shape:
    """A token that begins with one of the literals and ends where `rest` does."""
    starts = tuple(literals.split())
    begin = "|".join(re.escape(start) for start in sorted(starts, key=len, reverse=True))
    return Shape(kind, starts, re.compile(f"(?:{begin})(?:{rest})(?![A-Za-z0-9_])"))


WORD = "[A-Za-z0-9]"
VALUE = r"""[^\s"'`<>,;()\[\]{}&|\\]"""
# what a name may end in: `SECRET_KEY_BASE`, `PASSWORD2`; not `TOKEN_URL`, `tokens`
SECRET_NAMES = ("password", "passwd", "passphrase", "pwd", "secret", "token", "api_key", "apikey", "api-key",
    "access_key", "access-key", "accesskey", "private_key", "auth_key", "credential")  # fmt: skip
ENDING = r"(?:[_-]?(?:access|secret|private|signing|encryption)?[_-]?key(?:_base)?)?(?:_?[0-9]{1,3})?"

TOKENS: tuple[Shape, ...] = (
    _token("AWS access key", "AKIA ASIA ABIA ACCA", "[A-Z2-7]{16}"),
    _token("GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", "[A-Za-z0-9]{36,255}"),
    _token("GitHub token", "github_pat_", "[A-Za-z0-9_]{50,255}"),
    _token("GitLab token", "glpat- gldt- glrt- glsoat- glcbt- glptt- glagent- glft- glimt-", "[A-Za-z0-9_.=-]{20,300}"),
    _token("Anthropic key", "sk-ant-", "[A-Za-z0-9_-]{20,300}"),
    _token("OpenRouter key", "sk-or-v1-", "[A-Fa-f0-9]{32,100}"),
    _token("OpenAI key", "sk-proj- sk-svcacct- sk-admin- sk-None-", "[A-Za-z0-9_-]{20,300}"),
    _token("OpenAI key", "sk-", "[A-Za-z0-9]{20,100}"),
    _token("Google key", "AIza", "[A-Za-z0-9_-]{35}"),
    _token("Google token", "ya29.", "[A-Za-z0-9_-]{20,500}"),
    _token("Google secret", "GOCSPX-", "[A-Za-z0-9_-]{28}"),
    _token("Slack token", "xoxb- xoxp- xoxa- xoxr- xoxs- xoxe- xoxe.xoxp- xoxe.xoxb- xapp-", "[A-Za-z0-9-]{10,300}"),
    _token("Slack webhook", "hooks.slack.com/services/", "T[A-Z0-9]{6,15}/B[A-Z0-9]{6,15}/[A-Za-z0-9]{16,40}"),
    _token("Discord webhook", "discord.com/api/webhooks/", "[0-9]{15,22}/[A-Za-z0-9_-]{50,90}"),
    _token("Stripe key", "sk_live_ sk_test_ rk_live_ rk_test_", "[A-Za-z0-9]{16,250}"),
    _token("Stripe secret", "whsec_", "[A-Za-z0-9+/]{24,100}={0,2}"),
    _token("npm token", "npm_", "[A-Za-z0-9]{36}"),
    _token("PyPI token", "pypi-", "AgE[A-Za-z0-9_-]{50,1000}"),
    _token("Hugging Face token", "hf_", "[A-Za-z]{30,40}"),
    _token("Groq key", "gsk_", "[A-Za-z0-9]{40,80}"),
    _token("xAI key", "xai-", "[A-Za-z0-9]{60,100}"),
    _token("Perplexity key", "pplx-", "[A-Za-z0-9]{40,64}"),
    _token("Replicate token", "r8_", "[A-Za-z0-9]{37,40}"),
    _token("SendGrid key", "SG.", "[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{16,64}"),
    _token("Twilio key", "SK", "[0-9a-f]{32}"),
    _token("Mailgun key", "key-", "[0-9a-f]{32}"),
    _token("DigitalOcean token", "dop_v1_ doo_v1_ dor_v1_", "[a-f0-9]{64}"),
    _token("Shopify token", "shpat_ shpca_ shppa_ shpss_", "[A-Fa-f0-9]{32}"),
    _token("Docker token", "dckr_pat_ dckr_oat_", "[A-Za-z0-9_-]{20,100}"),
    _token("Vault token", "hvs. hvb. hvr.", "[A-Za-z0-9_-]{20,300}"),
    _token("Databricks token", "dapi", "[a-f0-9]{32}(?:-[0-9])?"),
    _token("Linear key", "lin_api_ lin_oauth_", "[A-Za-z0-9]{32,80}"),
    _token("Notion token", "ntn_ secret_", "[A-Za-z0-9]{40,60}"),
    _token("Figma token", "figd_", "[A-Za-z0-9_-]{36,60}"),
    _token("Sentry token", "sntrys_ sntryu_", "[A-Za-z0-9+/=_-]{40,400}"),
    _token("Grafana token", "glsa_ glc_", "[A-Za-z0-9+/=_]{32,400}"),
    _token("Atlassian token", "ATATT3 ATCTT3", "[A-Za-z0-9_=-]{60,300}"),
    _token("Telegram token", "bot", "[0-9]{8,10}:[A-Za-z0-9_-]{35}"),
    _token("age key", "AGE-SECRET-KEY-1", "[A-Z0-9]{58}"),
    _token("JSON web token", "eyJ", r"[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,8000}\.[A-Za-z0-9_-]{8,2000}"),
)  # fmt: skip

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
        re.compile(r"://[^\s/:@\"'<>]{0,100}:([^\s/@\"'<>$]{1,200})@"),
        1,
        False,
        True,
    ),
    Shape(
        "authorization",
        ("authorization",),
        re.compile(
            r"""authorization["']?\s{0,3}[:=]\s{0,3}["']?(?:(?:basic|bearer|token|digest|apikey|negotiate|aws4-hmac-sha256)\s{1,3})?"""
            r"""((?!\[redacted)[a-z0-9+/=._~:-]{8,4000})""",
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
            r"""(?:sshpass -p\s?['"]?|(?:curl -u|--user)\s['"]?[^\s:'"]{1,100}:)([^\s'"$]{3,200})""", re.I
        ),
        1,
        True,
    ),
)

SHAPES = TOKENS + OTHERS

ASSIGNMENTS = tuple(
    Shape(
        "password" if name in ("password", "passwd", "passphrase", "pwd") else "secret",
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
)
"""`DB_PASSWORD=…`, `"apiKey": "…"`, `client_secret: …`: the value is the last group, and `redact` judges it."""
