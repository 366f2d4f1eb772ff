"""The shapes of keys and tokens: for each kind the literals that it contains and the pattern around them.

A pattern is only tried where one of its literals stands, and every repetition in it has a bound, so that looking
for all of them costs a few searches for plain strings. What has no form of its own is in `surroundings.py`.
Adding a kind takes a line here and a line in tests/support/redaction/secrets.txt.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from os.path import commonprefix


@dataclass(frozen=True, eq=False)
class Shape:
    kind: str
    literals: tuple[str, ...]
    pattern: re.Pattern[str]
    group: int = 0
    any_case: bool = False
    """The literals are looked for in the text's lower case."""
    inside: bool = False
    """The literal may stand behind letters and digits, as in `DB_PASSWORD`."""
    before: int = 0
    """The pattern begins so many characters before the literal."""
    anywhere: bool = False
    """It need not hold a long word (`sieve.long_words`): slashes may break it."""

    @cached_property
    def prefix(self) -> str:
        """What all literals begin with: one search in place of several."""
        return commonprefix(self.literals)  # noqa: RUF071 - letters are meant, not folders


def token(kind: str, literals: str, rest: str) -> Shape:
    """A token that begins with one of the literals and ends where `rest` does."""
    starts = tuple(literals.split())
    begin = "|".join(re.escape(start) for start in sorted(starts, key=len, reverse=True))
    return Shape(kind, starts, re.compile(f"(?:{begin})(?:{rest})(?![A-Za-z0-9_])"), anywhere="/" in rest)


TOKENS: tuple[Shape, ...] = (
    token("AWS access key", "AKIA ASIA ABIA ACCA", "[A-Z2-7]{16}"),
    token("GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", "[A-Za-z0-9]{36,255}"),
    token("GitHub token", "github_pat_", "[A-Za-z0-9_]{50,255}"),
    token("GitLab token", "glpat- gldt- glrt- glsoat- glcbt- glptt- glagent- glft- glimt-", "[A-Za-z0-9_.=-]{20,300}"),
    token("Anthropic key", "sk-ant-", "[A-Za-z0-9_-]{20,300}"),
    token("OpenRouter key", "sk-or-v1-", "[A-Fa-f0-9]{32,100}"),
    token("OpenAI key", "sk-proj- sk-svcacct- sk-admin- sk-None-", "[A-Za-z0-9_-]{20,300}"),
    token("OpenAI key", "sk-", "[A-Za-z0-9]{20,100}"),
    token("Google key", "AIza", "[A-Za-z0-9_-]{35}"),
    token("Google token", "ya29.", "[A-Za-z0-9_-]{20,500}"),
    token("Google secret", "GOCSPX-", "[A-Za-z0-9_-]{28}"),
    token("Slack token", "xoxb- xoxp- xoxa- xoxr- xoxs- xoxe- xoxe.xoxp- xoxe.xoxb- xapp-", "[A-Za-z0-9-]{10,300}"),
    token("Slack webhook", "hooks.slack.com/services/", "T[A-Z0-9]{6,15}/B[A-Z0-9]{6,15}/[A-Za-z0-9]{16,40}"),
    token("Discord webhook", "discord.com/api/webhooks/", "[0-9]{15,22}/[A-Za-z0-9_-]{50,90}"),
    token("Stripe key", "sk_live_ sk_test_ rk_live_ rk_test_", "[A-Za-z0-9]{16,250}"),
    token("Stripe secret", "whsec_", "[A-Za-z0-9+/]{24,100}={0,2}"),
    token("npm token", "npm_", "[A-Za-z0-9]{36}"),
    token("PyPI token", "pypi-", "AgE[A-Za-z0-9_-]{50,1000}"),
    token("Hugging Face token", "hf_", "[A-Za-z]{30,40}"),
    token("Groq key", "gsk_", "[A-Za-z0-9]{40,80}"),
    token("xAI key", "xai-", "[A-Za-z0-9]{60,100}"),
    token("Perplexity key", "pplx-", "[A-Za-z0-9]{40,64}"),
    token("Replicate token", "r8_", "[A-Za-z0-9]{37,40}"),
    token("SendGrid key", "SG.", "[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{16,64}"),
    token("Twilio key", "SK", "[0-9a-f]{32}"),
    token("Mailgun key", "key-", "[0-9a-f]{32}"),
    token("DigitalOcean token", "dop_v1_ doo_v1_ dor_v1_", "[a-f0-9]{64}"),
    token("Shopify token", "shpat_ shpca_ shppa_ shpss_", "[A-Fa-f0-9]{32}"),
    token("Docker token", "dckr_pat_ dckr_oat_", "[A-Za-z0-9_-]{20,100}"),
    token("Vault token", "hvs. hvb. hvr.", "[A-Za-z0-9_-]{20,300}"),
    token("Databricks token", "dapi", "[a-f0-9]{32}(?:-[0-9])?"),
    token("Linear key", "lin_api_ lin_oauth_", "[A-Za-z0-9]{32,80}"),
    token("Notion token", "ntn_ secret_", "[A-Za-z0-9]{40,60}"),
    token("Figma token", "figd_", "[A-Za-z0-9_-]{36,60}"),
    token("Sentry token", "sntrys_ sntryu_", "[A-Za-z0-9+/=_-]{40,400}"),
    token("Grafana token", "glsa_ glc_", "[A-Za-z0-9+/=_]{32,400}"),
    token("Atlassian token", "ATATT3 ATCTT3", "[A-Za-z0-9_=-]{60,300}"),
    token("Telegram token", "bot", "[0-9]{8,10}:[A-Za-z0-9_-]{35}"),
    token("age key", "AGE-SECRET-KEY-1", "[A-Z0-9]{58}"),
    token("Langfuse key", "sk-lf- pk-lf-", "[a-f0-9-]{36}"),
    token("LangSmith key", "lsv2_pt_ lsv2_sk_", "[a-f0-9]{32}_[a-f0-9]{10}"),
    token("RubyGems key", "rubygems_", "[a-f0-9]{48}"),
    token("crates.io token", "cio", "[A-Za-z0-9]{32}"),
    token("NuGet key", "oy2", "[a-z0-9]{43}"),
    token("Pinecone key", "pcsk_", "[A-Za-z0-9]{4,8}_[A-Za-z0-9]{40,80}"),
    token("Tavily key", "tvly-", "(?:dev-|prod-)?[A-Za-z0-9]{24,48}"),
    token("Brevo key", "xkeysib-", "[a-f0-9]{64}-[A-Za-z0-9]{16}"),
    token("Resend key", "re_", "[A-Za-z0-9]{8}_[A-Za-z0-9]{24}"),
    token("Heroku key", "HRKU-", "[A-Za-z0-9_-]{36,80}"),
    token("Netlify token", "nfp_", "[A-Za-z0-9]{36}"),
    token("Supabase key", "sbp_ sbp_oauth_", "[a-f0-9]{40}"),
    token("Supabase key", "sb_secret_", "[A-Za-z0-9_-]{30,60}"),
    token("PlanetScale key", "pscale_pw_ pscale_tkn_ pscale_oauth_", "[A-Za-z0-9_.-]{32,64}"),
    token("Doppler token", "dp.pt. dp.st. dp.ct. dp.sa. dp.scim.", "(?:[a-z0-9_-]{2,35}\\.)?[A-Za-z0-9]{40,44}"),
    token("Pulumi token", "pul-", "[a-f0-9]{40}"),
    token("Fly token", "fm1r_ fm2_ fo1_", "[A-Za-z0-9+/_-]{40,2000}={0,3}"),
    token("New Relic key", "NRAK- NRAL- NRJS-", "[A-Za-z0-9]{19,40}"),
    token("Dynatrace token", "dt0c01. dt0s01.", "[A-Z0-9]{24}\\.[A-Z0-9]{64}"),
    token("Postman key", "PMAK-", "[a-f0-9]{24}-[a-f0-9]{34}"),
    token("Airtable token", "pat", "[A-Za-z0-9]{14}\\.[a-f0-9]{64}"),
    token("Square token", "sq0atp- sq0csp- sq0idp-", "[A-Za-z0-9_-]{22,50}"),
    token("Buildkite token", "bkua_", "[a-f0-9]{40}"),
    token("CircleCI token", "CCIPAT_ CCIPRJ_", "[A-Za-z0-9]{20,24}_[a-f0-9]{40}"),
    token("Sonar token", "sqp_ squ_ sqa_", "[a-f0-9]{40}"),
    token("JFrog key", "AKCp", "[0-9][A-Za-z0-9]{60,80}"),
    token("Tailscale key", "tskey-", "[a-z]{3,10}-[A-Za-z0-9]{10,24}(?:-[A-Za-z0-9]{20,48})?"),
    token("1Password token", "ops_eyJ", "[A-Za-z0-9+/=_-]{100,2000}"),
    token("Contentful token", "CFPAT-", "[A-Za-z0-9_-]{43}"),
    token("Alibaba key", "LTAI", "[A-Za-z0-9]{16,20}"),
    token("OpenShift token", "sha256~", "[A-Za-z0-9_-]{43}"),
    token("Prefect key", "pnu_ pnb_", "[A-Za-z0-9]{36}"),
    token("Typeform token", "tfp_", "[A-Za-z0-9_.=-]{40,64}"),
    token("Infracost key", "ico-", "[A-Za-z0-9]{32}"),
    token("Shippo token", "shippo_live_ shippo_test_", "[a-f0-9]{40}"),
    token("EasyPost key", "EZAK EZTK", "[A-Za-z0-9]{54}"),
    token("Discord token", "MT Mj Mz ND NT Nj Nz OD OT", r"[\w-]{21,28}\.[\w-]{6}\.[\w-]{27,38}"),
    Shape("Terraform token", (".atlasv1.",), re.compile(r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}"), before=14),
    Shape("Mailchimp key", ("-us",), re.compile(r"[0-9a-f]{32}-us[0-9]{1,2}(?![A-Za-z0-9])"), before=32),
    Shape("Azure secret", ("7Q~", "8Q~"), re.compile(r"[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}"), before=3),
    token("JSON web token", "eyJ", r"[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,8000}\.[A-Za-z0-9_-]{8,2000}"),
)  # fmt: skip
