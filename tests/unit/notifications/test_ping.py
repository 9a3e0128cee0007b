"""The URL of a pass that did not go well."""

import pytest

from watcher.notifications.ping import failed


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://hc-ping.com/5c3f8c1e", "https://hc-ping.com/5c3f8c1e/fail"),
        ("https://hc-ping.com/5c3f8c1e/", "https://hc-ping.com/5c3f8c1e/fail"),
        ("https://hc.example/ping/key/slug?create=1", "https://hc.example/ping/key/slug/fail?create=1"),
        (
            "https://kuma.example/api/push/TOKEN?status=up&msg=OK&ping=",
            "https://kuma.example/api/push/TOKEN?status=down&msg=a+pass+did+not+go+well&ping=",
        ),
        (
            "https://kuma.example/api/push/TOKEN",
            "https://kuma.example/api/push/TOKEN?status=down&msg=a+pass+did+not+go+well",
        ),
    ],
)
def test_a_failure_is_told_as_the_service_expects_it(url: str, expected: str) -> None:
    assert failed(url) == expected
