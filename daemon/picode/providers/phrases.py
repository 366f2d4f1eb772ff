"""How failures are recognised and how they are told: tables for `failures`."""

import re

# What keys look like, wherever a server repeats one.
SECRET = re.compile(
    r"\bsk-[\w*.-]{6,}|\bAIza[\w-]{20,}|\bgsk_\w{10,}|\bxai-\w{10,}|(?i:\bbearer\s+)[\w.~+/=-]{8,}|\beyJ[\w.-]{20,}"
)

# Kind, the statuses it may come with (none: any), and what its type or sentence says. The first that fits counts.
KINDS: tuple[tuple[str, tuple[int, ...], str], ...] = (
    ("overflow", (), r"context_length_exceeded|prompt is too long|input is too long|maximum context length"),
    ("overflow", (), r"context (window|length|size)[^.]{0,40}(exceed|limit|too)|exceed[^.]{0,60}context"),
    ("overflow", (), r"too many tokens|reduce the length of|request_too_large|token count[^.]{0,40}exceeds"),
    ("quota", (), r"insufficient_quota|exceeded your current quota|credit balance|billing|out of credits"),
    ("unknown_model", (), r"model_not_found|model[^.]{0,60}(not found|does not exist|not exist|no such)"),
    (
        "unknown_model",
        (400, 404),
        r"(unknown|invalid|unsupported) model|not a valid model|not_found_error.*model|model identifier is invalid",
    ),
    ("bad_key", (), r"invalid_api_key|authentication_error|incorrect api key|invalid x-api-key|unauthorized"),
    ("bad_key", (), r"api.key (not valid|expired)|api_key_invalid|unauthenticated"),
    ("overload", (), r"overloaded|at capacity|temporarily unavailable|loading model|service.?unavailable"),
    ("rate", (), r"rate_limit|rate limit|too many requests|resource_exhausted|throttling"),
    ("refused", (), r"content_policy|content_filter|content management policy"),
    ("timeout", (0,), r"timeout_error|timeoutexception"),
    (
        "bad_request",
        (0,),
        r"invalid_request|invalid_prompt|invalid_argument|validationexception|(invalid|unsupported)_image",
    ),
)

BY_STATUS = {
    401: "bad_key", 402: "quota", 403: "bad_key", 404: "unknown_model", 408: "timeout", 413: "overflow",
    429: "rate", 500: "server", 502: "server", 503: "overload", 504: "server", 529: "overload",
}  # fmt: skip

# OpenSSL's words, in its older and its newer versions, for a server that answers in plain text.
NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL", "HTTP_REQUEST")

# What httpx raises, by name: kind, form, words.
EXCEPTIONS: dict[str, tuple[str, str, str]] = {
    "ConnectTimeout": ("timeout", "cannot_connect_in_time", ""),
    "ProxyError": ("network", "proxy", ""),
    "UnsupportedProtocol": ("bad_request", "bad_address", ""),
    "InvalidURL": ("bad_request", "bad_address", ""),
    "LocalProtocolError": ("bad_request", "bad_address", ""),
    "UnicodeEncodeError": ("bad_request", "bad_address", ""),
    "RemoteProtocolError": ("network", "hung_up", ""),
    "ReadError": ("network", "hung_up", ""),
    "WriteError": ("network", "hung_up", ""),
    "WriteTimeout": ("timeout", "timeout", ""),
    "DecodingError": ("protocol", "nonsense", "its compression is broken"),
}

# What is said, and what to do. Fields: label host model provider variable base said because near status.
SENTENCES: dict[str, tuple[str, str]] = {
    "no_key": (
        "There is no key for {label}.",
        "Set {variable}, or run `picode auth add {provider}`; the model demo/demo needs no key.",
    ),
    "bad_key": (
        "{label} refused the key{status}{because}.",
        "Check {variable}, or run `picode auth add {provider}` with another key.",
    ),
    "unknown_model": ("{label} has no model named {model}.", "{near}"),
    "no_such_path": (
        "There is nothing at {host} that answers chat requests{status}.",
        "Check {base}, and the model's name {model}.",
    ),
    "rate": ("{label} limits how often it may be asked{status}{because}.", "Wait a minute, then try again."),
    "overload": ("{label} is overloaded{status}{because}.", "Try again in a moment, or take another model."),
    "quota": (
        "The account at {label} has no credit left{status}{because}.",
        "Add credit there, or take another provider with /model.",
    ),
    "overflow": (
        "The conversation is longer than {model} can take{because}.",
        "Begin a new one with /new, or take a model with a larger context.",
    ),
    "bad_request": ("{label} did not accept the request{status}{because}.", "Another model may accept it: /model."),
    "server": ("{label} failed{status}{because}.", "It is not your fault; try again in a moment."),
    "refused": ("{label} declined to answer{because}.", "Say it in other words, or take another model."),
    "declined": ("{label} declined to answer{because}.", "Say it in other words, or take another model."),
    "timeout": ("{label} took too long{status}{because}.", "Try again, or take another model."),
    "cannot_connect_in_time": (
        "{host} could not be reached in time.",
        "Check the network, or {base}; `models.connect_timeout` is how long to wait.",
    ),
    "no_first_byte": (
        "{label} did not begin to answer within {said} s.",
        "Try again; `models.first_byte_timeout` is how long to wait.",
    ),
    "idle": (
        "{label} fell silent for {said} s in the middle of its answer.",
        "What came is kept. Ask it to go on; `models.idle_timeout` is how long to wait.",
    ),
    "cut": ("The connection to {label} broke in the middle of the answer.", "What came is kept. Ask it to go on."),
    "hung_up": ("{host} closed the connection without an answer.", "Try again in a moment."),
    "dns": ("The name of {host} cannot be found.", "Check the network, or {base}."),
    "refused_connection": ("Nothing answers at {host}.", "Start the model server there, or check {base}."),
    "tls": (
        "The connection to {host} is not safe{because}.",
        "Check the clock and {base}; SSL_CERT_FILE names your own certificates.",
    ),
    "proxy": ("The proxy in front of {host} refused{because}.", "Check HTTPS_PROXY and NO_PROXY."),
    "proxy_gone": ("The proxy {said} in front of {host} cannot be reached.", "Check HTTPS_PROXY and NO_PROXY."),
    "bad_address": ("The request for {host} cannot be written{because}.", "Check {base} and the key."),
    "network": ("{host} cannot be reached{because}.", "Check the network, or {base}."),
    "nonsense": ("{label} sent something that is no model's answer{because}.", "Check {base}, or try again."),
    "no_stream": (
        "{host} answered with {said} where a model's stream was expected.",
        "Check that {base} is the address of a model server.",
    ),
}  # fmt: skip
