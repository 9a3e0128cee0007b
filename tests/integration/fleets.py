"""Two engines side by side: the session's, and another one for a module of tests."""

from tests.testbed.engine import PrivateEngine


def engines(local: PrivateEngine | str, nas: PrivateEngine | str) -> dict[str, str | None]:
    """The environment of a command that looks after both; an address does in place of an engine."""
    hosts = (each if isinstance(each, str) else each.host for each in (local, nas))
    named = ",".join(f"{name}={host}" for name, host in zip(("local", "nas"), hosts, strict=True))
    return {"DOCKER_HOST": None, "CTR_UPDATER_ENGINES": named}
