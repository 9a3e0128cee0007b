"""What engines say of registries, word for word, and what is made of it."""

import pytest

from watcher.model.errors import Trouble
from watcher.registry.error_classes import ADVICE, advice_on, classify

SHA = "sha256:" + "5" * 64

# Where an engine is named: as measured on it (c: the containerd store). The others: as users report them.
SAID = {
    # 20.10, 26.1 and 28.5
    "manifest for r.example:5000/app:x not found: manifest unknown: manifest unknown": Trouble.NOT_FOUND,
    'Head "https://r.example:5000/v2/app/manifests/1": no basic auth credentials': Trouble.FORBIDDEN,
    'Get "http://127.0.0.1:5/v2/": dial tcp 127.0.0.1:5: connect: connection refused': Trouble.UNREACHABLE,
    'Get "https://r.example/v2/": dial tcp: lookup r.example: no such host': Trouble.UNREACHABLE,
    'Get "https://r.example/v2/": context deadline exceeded': Trouble.NO_ANSWER,
    'Get "https://r.example/v2/": net/http: request canceled while waiting for connection '
    "(Client.Timeout exceeded while awaiting headers)": Trouble.NO_ANSWER,
    "unknown blob": Trouble.BROKEN,
    # 28.5c
    'failed to resolve reference "r.example:5000/app:x": r.example:5000/app:x: not found': Trouble.NOT_FOUND,
    'failed to resolve reference "r.example:5000/app:1": pull access denied, repository does not exist or '
    "may require authorization: authorization failed: no basic auth credentials": Trouble.FORBIDDEN,
    f"failed to copy: httpReadSeeker: failed open: could not fetch content descriptor {SHA} "
    "(application/vnd.docker.image.rootfs.diff.tar.gzip) from remote: not found": Trouble.BROKEN,
    # /distribution, all of them
    "manifest unknown: manifest unknown": Trouble.NOT_FOUND,
    # too many
    "toomanyrequests: You have reached your unauthenticated pull rate limit.": Trouble.TOO_MANY,
    "toomanyrequests: Rate exceeded": Trouble.TOO_MANY,
    "error parsing HTTP 429 response body: invalid character 'T' looking for beginning of value: "
    '"Too Many Requests (HAP429).\\n"': Trouble.TOO_MANY,
    'error parsing HTTP 429 response body: unexpected end of JSON input: ""': Trouble.TOO_MANY,
    "failed to copy: httpReadSeeker: failed open: unexpected status code "
    f"https://r.example/v2/library/rust/manifests/{SHA}: 429 Too Many Requests - Server message: "
    "toomanyrequests: You have reached your pull rate limit.": Trouble.TOO_MANY,
    "pull access denied for r.example/app, repository does not exist or may require 'docker login': "
    "denied: Request exceeded pull rate limit for IP 127.0.0.1": Trouble.TOO_MANY,
    # forbidden
    "pull access denied for utils, repository does not exist or may require 'docker login': "
    "denied: requested access to the resource is denied": Trouble.FORBIDDEN,
    'Head "https://ghcr.example/v2/dex/manifests/v2": denied: denied': Trouble.FORBIDDEN,
    'failed to resolve reference "r.example/voy:latest": unexpected status from HEAD request to '
    "https://r.example/v2/voy/manifests/latest: 403 Forbidden": Trouble.FORBIDDEN,
    "failed to authorize: failed to fetch oauth token: unexpected status: 403 Forbidden": Trouble.FORBIDDEN,
    "error parsing HTTP 403 response body: invalid character '<' looking for beginning of value: "
    '"<html>\\r\\n<head><title>403 Forbidden</title></head>"': Trouble.FORBIDDEN,
    # 5xx
    "received unexpected HTTP status: 503 Service Unavailable": Trouble.BROKEN,
    "error pulling image configuration: received unexpected HTTP status: 502 Bad Gateway": Trouble.BROKEN,
    'failed to resolve reference "r.example/app:1": unexpected status from HEAD request to '
    "https://r.example/v2/app/manifests/1: 522 ": Trouble.BROKEN,
    "failed to fetch anonymous token: unexpected status: 503 Service Unavailable": Trouble.BROKEN,
    # no connection
    'Get "https://r.example/v2/": x509: certificate signed by unknown authority': Trouble.UNREACHABLE,
    'Get "https://r.example/v2/": tls: failed to verify certificate: x509: certificate has expired or is '
    "not yet valid": Trouble.UNREACHABLE,
    'Get "https://r.example/v2/": remote error: tls: handshake failure': Trouble.UNREACHABLE,
    'Get "https://r.example/v2/": http: server gave HTTP response to HTTPS client': Trouble.UNREACHABLE,
    "Get https://r.example/v2/: EOF": Trouble.UNREACHABLE,
    'Get "https://r.example/v2/": dial tcp 10.1.2.3:443: connect: no route to host': Trouble.UNREACHABLE,
    "dial tcp 10.1.2.3:443: connect: connection timed out": Trouble.UNREACHABLE,
    "dial tcp: lookup r.example: Temporary failure in name resolution": Trouble.UNREACHABLE,
    "dial tcp: lookup r.example on 127.0.0.53:53: server misbehaving": Trouble.UNREACHABLE,
    "stream error: stream ID 7; INTERNAL_ERROR; received from peer": Trouble.UNREACHABLE,
    'Get "https://r.example/v2/": net/http: TLS handshake timeout': Trouble.NO_ANSWER,
    "lookup r.example on 10.0.2.3:53: read udp 10.0.2.15:54567->10.0.2.3:53: i/o timeout": Trouble.NO_ANSWER,
    # no registry, or one that lies
    "error parsing HTTP 404 response body: invalid character '<' looking for beginning of value: "
    '"<html>\\r\\n<head><title>404 Not Found</title></head>"': Trouble.GARBAGE,
    f"filesystem layer verification failed for digest {SHA}": Trouble.GARBAGE,
    f"manifest verification failed for digest {SHA}": Trouble.GARBAGE,
    "missing signature key": Trouble.GARBAGE,
    "mediaType in manifest should be 'application/vnd.docker.distribution.manifest.v2+json' not ''": (
        Trouble.GARBAGE
    ),
    f"unexpected commit digest {SHA}, expected {SHA}: failed precondition": Trouble.GARBAGE,
    "failed size validation: 512 != 1024: failed precondition": Trouble.GARBAGE,
    # the engine's disk
    "write /var/lib/docker/tmp/GetImageBlob1: no space left on device": Trouble.NO_SPACE,
    "failed to register layer: Error processing tar file(exit status 1): write /opt/libtorch.so: "
    "no space left on device": Trouble.NO_SPACE,
    # nothing for this platform: the name is right
    "no matching manifest for linux/arm64/v8 in the manifest list entries": Trouble.OTHER,
    "no matching manifest for linux/arm64/v8 in the manifest list entries: no match for platform in "
    "manifest: not found": Trouble.OTHER,
    "something that nobody has seen yet": Trouble.OTHER,
}


@pytest.mark.parametrize(("words", "trouble"), SAID.items())
@pytest.mark.parametrize("anonymous", [True, False])
def test_the_words_of_engines_are_understood(words: str, trouble: Trouble, *, anonymous: bool) -> None:
    assert classify(f"cannot pull r.example/app:1: {words}", anonymous=anonymous) is trouble


REFUSED = [
    'Head "https://r.example:5000/v2/app/manifests/1": unauthorized: authentication required',
    'Get "https://registry-1.docker.io/v2/app/manifests/1": unauthorized: incorrect username or password',
    (
        'failed to resolve reference "r.example:5000/app:1": unexpected status from HEAD request to '
        "https://r.example:5000/v2/app/manifests/1: 401 Unauthorized"
    ),
    'error parsing HTTP 401 response body: unexpected end of JSON input: ""',
    "error from registry: unauthorized\nunauthorized",
    'unauthorized: {"message":"UNAUTHORIZED"}',
]


@pytest.mark.parametrize("words", REFUSED)
def test_a_401_is_a_refused_login_only_where_there_was_one(words: str) -> None:
    assert classify(words, anonymous=False) is Trouble.BAD_LOGIN
    assert classify(words, anonymous=True) is Trouble.FORBIDDEN


@pytest.mark.parametrize(
    "words",
    [
        "unauthorized: access to the requested resource is not authorized",
        (
            "unauthorized: unauthorized to access repository: team/app, action: pull: unauthorized to access "
            "repository: team/app, action: pull"
        ),
    ],
)
def test_a_401_for_one_repository_does_not_put_the_login_in_doubt(words: str) -> None:
    """Quay and Harbor say so to a good login: else one private image would stop all pulls for an hour."""
    assert classify(words, anonymous=False) is Trouble.FORBIDDEN


@pytest.mark.parametrize(
    "tag", ["429", "502", "denied", "unauthorized", "x509", "eof", "rate-limit", "unsupported", "1.503"]
)
@pytest.mark.parametrize(
    "words",
    [
        (
            "cannot pull docker.io/library/app:{0}: the engine says: manifest for app:{0} not found: "
            "manifest unknown: manifest unknown"
        ),
        (
            'cannot pull r.example/{0}:{0}: failed to resolve reference "r.example/{0}:{0}": '
            "r.example/{0}:{0}: not found"
        ),
        'Head "https://r.example/v2/{0}/manifests/{0}": manifest unknown: manifest unknown',
    ],
)
def test_a_name_is_not_taken_for_a_trouble(words: str, tag: str) -> None:
    assert classify(words.format(tag), anonymous=False) is Trouble.NOT_FOUND


def test_there_is_advice_for_every_trouble() -> None:
    assert ADVICE.keys() == set(Trouble)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            'Get "https://r.example:5000/v2/": x509: certificate signed by unknown authority',
            "its CA belongs into /etc/docker/certs.d/r.example:5000/ca.crt on the engine's host",
        ),
        (
            "tls: failed to verify certificate: x509: certificate has expired or is not yet valid",
            "the engine does not take its certificate: see its dates and names",
        ),
        (
            'Get "https://r.example:5000/v2/": http: server gave HTTP response to HTTPS client',
            "`insecure-registries` must name r.example:5000",
        ),
        ("dial tcp 10.0.0.1:5000: connect: connection refused", "check the registry's name and the network"),
    ],
)
def test_what_a_certificate_wants_is_said(words: str, said: str) -> None:
    trouble = classify(words, anonymous=True)

    assert trouble is Trouble.UNREACHABLE
    assert said in advice_on(words, trouble, "r.example:5000")
