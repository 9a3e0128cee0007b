"""Which environment variables the user gave, and which came from the image."""

from collections.abc import Sequence


def user_env(env: Sequence[str], image_env: Sequence[str]) -> list[str]:
    """Undo the engine's merge of Env.

    The engine stores the user's entries followed by those of the image whose name the user did not give
    (moby `daemon/commit.go`, `merge`), so the shortest beginning that explains the rest is the user's.
    Order thereby tells a value that the user set to the image's own default from one that was inherited.
    Entries without "=" are variables that the user took away: they stay as they are.

    Args:
        env: `Config.Env` of the container.
        image_env: `Config.Env` of the image that it was created from.
    """
    for length in range(len(env) + 1):
        user = env[:length]
        if list(env[length:]) == _inherited(user, image_env):
            return list(user)
    return [entry for entry in env if entry not in image_env]


def name(entry: str) -> str:
    """The variable's name in an entry `NAME=value` or `NAME`."""
    return entry.partition("=")[0]


def _inherited(user: Sequence[str], image_env: Sequence[str]) -> list[str]:
    given = {name(entry) for entry in user}
    return [entry for entry in image_env if name(entry) not in given]
