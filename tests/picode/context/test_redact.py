"""What is taken out before it leaves the machine, and what is not."""

import hashlib
import string
import uuid

import pytest

from picode.context.redact import cleaner, redact
from support.redaction.score import score

# made here, so that no file of the project holds anything that looks like a secret
LETTERS = (string.ascii_letters + string.digits) * 8
HEX = hashlib.sha512(b"not a secret").hexdigest() * 3
UPPER = "Q7RZ3KXW2MNP5VTB" * 6


def of(start: str, count: int, letters: str = LETTERS) -> str:
    return start + letters[7 : 7 + count]


JWT = ".".join((of("eyJ", 30), of("eyJ", 60), of("", 40)))
SECRETS: list[tuple[str, str]] = [
    ("AWS access key", of("AKIA", 16, UPPER)),
    ("AWS access key", of("ASIA", 16, UPPER)),
    ("GitHub token", of("gh" + "p_", 36)),
    ("GitHub token", of("gh" + "o_", 36)),
    ("GitHub token", of("gh" + "s_", 36)),
    ("GitHub token", of("gh" + "u_", 36)),
    ("GitHub token", of("gh" + "r_", 36)),
    ("GitHub token", of("github" + "_pat_", 82)),
    ("GitLab token", of("gl" + "pat-", 20)),
    ("GitLab token", of("gl" + "rt-", 20)),
    ("Anthropic key", of("sk-" + "ant-api03-", 93)),
    ("Anthropic key", of("sk-" + "ant-", 40)),
    ("OpenRouter key", of("sk-" + "or-v1-", 64, HEX)),
    ("OpenAI key", of("sk-" + "proj-", 64)),
    ("OpenAI key", of("sk-" + "svcacct-", 64)),
    ("OpenAI key", of("sk-", 48)),
    ("Google key", of("AI" + "za", 35)),
    ("Google token", of("ya" + "29.", 60)),
    ("Google secret", of("GOC" + "SPX-", 28)),
    ("Slack token", "xo" + "xb-123456789012-123456789012-" + of("", 24)),
    ("Slack token", "xo" + "xp-123456789012-" + of("", 24)),
    ("Slack token", "xa" + "pp-1-A0123-" + of("", 24)),
    ("Slack webhook", "hooks." + "slack.com/services/T0123456/B0123456/" + of("", 24)),
    ("Discord webhook", "discord.com/api/" + "webhooks/123456789012345678/" + of("", 68)),
    ("Stripe key", of("sk_" + "live_", 24)),
    ("Stripe key", of("sk_" + "test_", 24)),
    ("Stripe key", of("rk_" + "live_", 24)),
    ("Stripe secret", of("wh" + "sec_", 32)),
    ("npm token", of("np" + "m_", 36)),
    ("PyPI token", of("py" + "pi-AgE", 90)),
    ("Hugging Face token", of("h" + "f_", 34, string.ascii_letters)),
    ("Groq key", of("gs" + "k_", 52)),
    ("xAI key", of("xa" + "i-", 80)),
    ("Perplexity key", of("pp" + "lx-", 48)),
    ("Replicate token", of("r" + "8_", 37)),
    ("SendGrid key", of("S" + "G.", 22) + "." + of("", 43)),
    ("Twilio key", of("S" + "K", 32, HEX)),
    ("Mailgun key", of("ke" + "y-", 32, HEX)),
    ("DigitalOcean token", of("do" + "p_v1_", 64, HEX)),
    ("Shopify token", of("shp" + "at_", 32, HEX)),
    ("Docker token", of("dckr" + "_pat_", 27)),
    ("Vault token", of("hv" + "s.", 24)),
    ("Databricks token", of("da" + "pi", 32, HEX)),
    ("Linear key", of("lin" + "_api_", 40)),
    ("Notion token", of("nt" + "n_", 46)),
    ("Figma token", of("fi" + "gd_", 40)),
    ("Sentry token", of("sn" + "trys_", 60)),
    ("Grafana token", of("gl" + "sa_", 41)),
    ("Atlassian token", of("ATA" + "TT3", 100)),
    ("Telegram token", "bo" + "t123456789:" + of("", 35)),
    ("age key", of("AGE-SECRET" + "-KEY-1", 58, UPPER)),
    ("JSON web token", JWT),
]

ASSIGNED: list[tuple[str, str, str]] = [
    ("password", "PASSWORD={}", "letmein"),
    ("password", "DB_PASSWORD={}", "hunter2"),
    ("password", "password={}", "hunter2"),
    ("password", 'export PGPASSWORD="{}"', "correct horse battery"),
    ("password", "password: {}", "s3cr3t!"),
    ("password", '"password": "{}"', "abcd"),
    ("password", "MYSQL_PWD='{}'", "secretsauce"),
    ("secret", "CLIENT_SECRET={}", "wJalrXUtnFEMI/K7MDENG"),
    ("secret", "aws_secret_access_key = {}", "wJalr/XUtnFEMI+K7MDENG"),
    ("secret", "SECRET_KEY_BASE={}", HEX[:60]),
    ("secret", '"apiKey": "{}"', "0123456789abcdef"),
    ("secret", "API_KEY={}", "abcdef"),
    ("secret", "X_TOKEN={}", "a-b-c-d"),
    ("secret", "client_secret: '{}'", "x8Jq"),
    ("secret", "SECRET_KEY = '{}'", "django-insecure-x"),
    ("secret", "auth_token={}", "9f8a7b6c"),
    ("secret", "?access_token={}&x=1", "EAAB1234"),
    ("password", "--password={} --host x", "Pa55word"),
    ("password in a URL", "postgres://app:{}@db:5432/app", "p4ss"),
    ("password in a URL", "https://user:{}@example.com/x", "tok"),
    ("password in a URL", "redis://:{}@cache/0", "p4ss"),
    ("authorization", "Authorization: Bearer {}", "abc123def456"),
    ("authorization", "authorization: Basic {}", "dXNlcjpwYXNz"),
    ("authorization", "'Authorization': 'token {}'", "abcdef0123"),
    ("authorization", "< bearer {}", "abc123def456ghi789"),
    ("API key", "x-api-key: {}", "abcdef012345"),
    ("API key", "PRIVATE-TOKEN: {}", "abcdef012345"),
    ("password", "machine h login u password {}", "pw12"),
    ("password", "CREATE USER x IDENTIFIED BY '{}'", "pw"),
    ("password", "curl -u admin:{} http://x", "hunter2"),
    ("password", "sshpass -p {} ssh x", "hunter2"),
    ("Azure key", "AccountName=x;AccountKey={};", of("", 86) + "=="),
    ("Azure signature", "?sv=1&sig={}", of("", 44)),
]

LOOKALIKES = [
    hashlib.sha1(b"a").hexdigest(),
    hashlib.sha256(b"a").hexdigest(),
    hashlib.md5(b"a").hexdigest(),
    HEX[:128],
    str(uuid.UUID(int=2**100 + 12345)),
    "commit " + HEX[:40],
    "index 83db48f..bf2a1c3 100644",
    "sha256:" + HEX[:64],
    "sha512-" + of("", 86) + "==",
    "data:image/png;base64," + LETTERS * 3,
    LETTERS * 5,
    "eyJ",
    "eyJhbGciOi",
    "sk-learn",
    "task-list-for-the-next-release",
    "disk-usage",
    "sk-",
    "skills",
    "AKIA",
    "AKIALOWERcase1234",
    "AKIA" + UPPER[:10],
    "ghp_short",
    "npm_config_cache",
    "npm_lifecycle_event",
    "npm_package_version",
    "hf_hub_download",
    "xoxo",
    "SG.js",
    "pypi-server",
    "key-value",
    "bot:",
    "robot123456789:",
    "glpat-",
    "SKILL",
    "hvs.",
    "r8_",
    "figd_",
    "password:",
    "Password: ",
    "Enter passphrase for key '/home/u/.ssh/id_ed25519':",
    "password=",
    "password=None",
    "password: str",
    "token: Optional[str] = None",
    "secret: String,",
    "def login(user, password=password):",
    "token = get_token()",
    "api_key = os.environ['API_KEY']",
    "api_key=settings.api_key",
    "PASSWORD=$PASSWORD",
    "PASSWORD=${DB_PASSWORD}",
    'TOKEN="$(cat file)"',
    "password: ********",
    "password=xxxxxx",
    "API_KEY=<your-key>",
    "API_KEY=your_api_key",
    "PASSWORD_FILE=/run/secrets/db",
    "TOKEN=/run/secrets/token",
    "TOKEN_URL=https://x.y/z",
    "tokens: 12345678",
    "max_tokens=16384",
    "total_tokens: 107",
    "token_count=99999999",
    "unexpected token: }",
    "SyntaxError: Unexpected token '<'",
    "https://example.com:8080/path@x",
    "git@github.com:a/b.git",
    "ssh://git@host:22/a",
    "http://localhost:3000",
    "https://user@example.com/",
    "Authorization: ",
    "authorization failed",
    "the bearer of this",
    "bearer tokens are documented elsewhere",
    "-----BEGIN CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + of("", 40),
    "SHA256:" + of("", 43),
    "primary_key=True",
    "foreign_key: id",
    "keyboard",
    "secretary: bob",
    "passwords: 3 found",
    "pwd=/home/u/proj",
    "requires-python = '>=3.11'",
    "0xdeadbeefdeadbeefdeadbeefdeadbeef",
    "/nix/store/" + of("", 32, HEX) + "-bash",
    'rev = "' + HEX[:40] + '"',
    'ETag: "' + HEX[:32] + '"',
    "[redacted: secret]",
    "PASSWORD=[redacted: password]",
]


def test_the_corpus_is_redacted_as_well_as_the_privacy_page_says() -> None:
    found = score()
    assert found.secrets >= 150
    assert found.lookalikes >= 150
    assert (found.missed, found.recall) == ([], 1)
    assert (found.wrong, found.precision) == ([], 1)


def test_ones_own_patterns_are_taken_out_too() -> None:
    own = [r"ACME-[0-9]+", r"badge (B[0-9]+)", "x*"]
    assert redact("ACME-12 and badge B7 of bob", own) == (
        "[redacted: own pattern] and badge [redacted: own pattern] of bob",
        ["own pattern", "own pattern"],
    )
    assert cleaner(True, own)("ACME-12")[1] == ["own pattern"]
    assert cleaner(False, own)("ACME-12 PASSWORD=hunter2") == ("ACME-12 PASSWORD=hunter2", [])


def test_the_tables_are_long_enough() -> None:
    assert len(SECRETS) + len(ASSIGNED) >= 60
    assert len(LOOKALIKES) >= 60


@pytest.mark.parametrize(
    ("kind", "secret"), SECRETS, ids=[f"{at} {kind}" for at, (kind, _) in enumerate(SECRETS)]
)
def test_a_token_is_taken_out_wherever_it_stands(kind: str, secret: str) -> None:
    for before, after in (
        ("", ""),
        ("a ", " b"),
        ('"', '"'),
        ("(", ")"),
        ("x\n", "\ny"),
        ("key: ", ","),
        ("url=", "&b"),
    ):
        text, kinds = redact(f"{before}{secret}{after}")
        assert (text, kinds) == (f"{before}[redacted: {kind}]{after}", [kind])


@pytest.mark.parametrize(("kind", "shape", "secret"), ASSIGNED, ids=[shape for _, shape, _ in ASSIGNED])
def test_what_is_assigned_to_a_secrets_name_is_taken_out(kind: str, shape: str, secret: str) -> None:
    for before, after in (("", ""), ("x\n", "\ny")):
        text, kinds = redact(before + shape.format(secret) + after)
        assert text == before + shape.format(f"[redacted: {kind}]") + after
        assert kinds == [kind]


@pytest.mark.parametrize("text", LOOKALIKES)
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    for around in ("{}", "a {} b", "x\n{}\ny", "({})"):
        assert redact(around.format(text)) == (around.format(text), [])


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "])
def test_a_private_key_is_taken_out_whole(kind: str) -> None:
    lines = "\n".join(LETTERS[at : at + 64] for at in range(0, 320, 64))
    begin, end = f"-----BEGIN {kind}" + "PRIVATE KEY-----", f"-----END {kind}" + "PRIVATE KEY-----"
    assert redact(f"a\n{begin}\n{lines}\n{end}\nb") == ("a\n[redacted: private key]\nb", ["private key"])
    escaped = f'"{begin}\\n{LETTERS[:64]}\\n{end}\\n"'
    assert redact(escaped) == ('"[redacted: private key]\\n"', ["private key"])
    assert redact(f"{begin}\n{lines}") == ("[redacted: private key]", ["private key"])
    assert redact(f"{begin}\n{lines}\nthe rest stays")[0] == "[redacted: private key]\nthe rest stays"


def test_several_secrets_are_told_one_by_one_and_nothing_else_changes() -> None:
    token, jwt = SECRETS[2][1], JWT
    text = f"é {token}\nPASSWORD=hunter2 İ {jwt}\n{token}"
    assert redact(text) == (
        "é [redacted: GitHub token]\nPASSWORD=[redacted: password] İ [redacted: JSON web token]\n"
        "[redacted: GitHub token]",
        ["GitHub token", "password", "JSON web token", "GitHub token"],
    )


def test_the_more_exact_kind_names_a_secret_that_is_assigned() -> None:
    assert redact(f"GITHUB_TOKEN={SECRETS[2][1]}") == (
        "GITHUB_TOKEN=[redacted: GitHub token]",
        ["GitHub token"],
    )


def test_what_was_redacted_stays_as_it_is() -> None:
    for _, secret in SECRETS:
        once, _ = redact(f"TOKEN={secret}")
        assert redact(once) == (once, [])
    for _, shape, secret in ASSIGNED:
        once, _ = redact(shape.format(secret))
        assert redact(once) == (once, [])


@pytest.mark.parametrize(
    "piece",
    [
        "password",
        "password=",
        "-----BEGIN PRIVATE" + " KEY-----\n",
        "://",
        "://a:",
        "eyJ",
        "eyJaaaaaaaaaa.",
        "sk-",
        "key-",
        "a",
        "authorization: ",
        "machine a login ",
        "token  =  ",
        "bearer ",
        "SG.",
        "curl -u a",
        "identified by '",
    ],
)
def test_text_made_to_be_slow_is_not(piece: str) -> None:
    redact(
        piece * (400_000 // len(piece))
    )  # a pattern that is not linear would not come back in a test's time
