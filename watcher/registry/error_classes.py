"""What an engine's words about a registry mean, and what to do about each trouble.

Engines answer a failed pull with 500 and prose, which differs between versions and image stores (20.10 to
28.5 measured); the words of the registry within it are what can be told apart. Pure: no I/O.
"""

import re

from watcher.model.errors import Trouble

# Names are no words: a tag may be called `502`, and a repository `denied`.
_NAMES = re.compile(r'\w+://[^\s"]*[^\s",:;]|[\w./@-]+(?::[\w./@-]+)+')
_STATUS = "(?:http|code|status|:) "

# In this order: the first that is found decides.
_WORDS = {
    Trouble.NO_SPACE: ("no space left on device", "disk quota exceeded"),
    Trouble.TOO_MANY: ("toomanyrequests", "too many requests", "rate limit", rf"{_STATUS}429\b"),
    Trouble.FORBIDDEN: (
        *("no basic auth credentials", "access denied", "denied: ", "insufficient_scope"),
        # Quay's and Harbor's 401 to a good login that may not read this one repository.
        *("resource is not authorized", "unauthorized to access repository"),
        rf"{_STATUS}403\b",
    ),
    Trouble.BAD_LOGIN: (
        *("unauthorized", "incorrect username or password", "authorization failed"),
        rf"{_STATUS}401\b",
    ),
    # A layer that its manifest names and the registry does not have: the last two.
    Trouble.BROKEN: (rf"{_STATUS}5\d\d\b(?! !=)", "unknown blob", "could not fetch content descriptor"),
    Trouble.NO_ANSWER: ("deadline exceeded", r"client\.timeout", "handshake timeout", "i/o timeout"),
    Trouble.UNREACHABLE: (
        *("connection refused", "connection reset", "connection timed out", "broken pipe", r"\bEOF\b"),
        *("no such host", "server misbehaving", "failure in name resolution"),
        *("network is unreachable", "no route to host", "stream error: ", "goaway"),
        *("x509", "tls: ", "server gave http response"),
    ),
    Trouble.GARBAGE: (
        *("invalid character", "unexpected end of json", "unmarshal", "malformed", "missing signature key"),
        *("verification failed", "unexpected commit digest", "size validation", "invalid checksum"),
        *("unsupported", "media ?type"),
    ),
    Trouble.OTHER: ("no match for platform",),  # "... in manifest: not found", of the containerd store
    Trouble.NOT_FOUND: ("manifest unknown", "name unknown", "not found"),
}
_SIGNS = {trouble: re.compile("|".join(words), re.IGNORECASE) for trouble, words in _WORDS.items()}

ADVICE = {
    Trouble.UNREACHABLE: "check the registry's name and the network; nothing was changed",
    Trouble.NO_ANSWER: "see whether the registry is overloaded; nothing was changed",
    Trouble.BAD_LOGIN: "log in again with `docker login`; nothing was changed",
    Trouble.FORBIDDEN: "log in with `docker login`, or check the name; nothing was changed",
    Trouble.NOT_FOUND: "check name, tag and login; where it is built here, label it ctr-updater.source=local",
    Trouble.TOO_MANY: "wait, or log in to have a larger share; nothing was changed",
    Trouble.BROKEN: "see the registry's own state; nothing was changed",
    Trouble.GARBAGE: "see whether it is a registry, and what stands in between; nothing was changed",
    Trouble.NO_SPACE: "make room for the engine's images; nothing was changed",
    Trouble.OTHER: "check the registry, the name and the login; nothing was changed",
}


_AUTHORITY = re.compile("certificate signed by unknown authority", re.IGNORECASE)
_CERTIFICATE = re.compile("x509: |failed to verify certificate", re.IGNORECASE)
_PLAIN = re.compile("server gave http response to https client", re.IGNORECASE)


def advice_on(words: str, trouble: Trouble, registry: str) -> str:
    """What to do about a trouble, where the engine's words tell more than its kind.

    Args:
        words: The engine's.
        trouble: What they say (`classify`).
        registry: The registry that was asked.
    """
    if _AUTHORITY.search(words):
        where = f"/etc/docker/certs.d/{registry}/ca.crt"
        return f"the engine does not trust its certificate: its CA belongs into {where} on the engine's host"
    if _CERTIFICATE.search(words):
        return "the engine does not take its certificate: see its dates and names"
    if _PLAIN.search(words):
        return f"it speaks only http: the engine's `insecure-registries` must name {registry}"
    return ADVICE[trouble]


def classify(words: str, *, anonymous: bool) -> Trouble:
    """What an engine's error about a registry says.

    Args:
        words: The engine's.
        anonymous: Whether it was asked without a login: then none was refused.
    """
    prose = _NAMES.sub("", words)
    found = next((trouble for trouble, sign in _SIGNS.items() if sign.search(prose)), Trouble.OTHER)
    return Trouble.FORBIDDEN if found is Trouble.BAD_LOGIN and anonymous else found
