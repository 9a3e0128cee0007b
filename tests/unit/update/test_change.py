"""The digest in the lines about an update, whatever else the engine calls the image."""

import pytest

from watcher.check.judgement import Assessment
from watcher.check.verdict import Status, Verdict
from watcher.update.change import change_of

OLD, NEW, DIGEST = (f"sha256:{digit * 64}" for digit in "123")
CONTAINER = {"Name": "/web", "Image": OLD, "Config": {"Image": "app:1"}}
OUTDATED = Verdict(Status.OUTDATED, "app:1 was 111111111111, is 222222222222", OLD, NEW)


@pytest.mark.parametrize(
    ("called", "digest"),
    [
        (["<none>@<none>"], ""),
        (["<none>@<none>", f"app@{DIGEST}"], DIGEST),
        ([f"other@{OLD}", "", f"app@{DIGEST}"], DIGEST),
        (None, ""),
    ],
)
def test_the_digest_is_that_of_the_references_repository(called: list[str] | None, digest: str) -> None:
    found = Assessment(CONTAINER, {"Id": NEW, "RepoDigests": called}, OUTDATED)

    assert change_of(found).digest == digest
