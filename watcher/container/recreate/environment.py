"""Which environment variables the user gave, and which came from the image."""

from collections import Counter
from collections.abc import Sequence


def user_env(env: Sequence[str], image_env: Sequence[str]) -> list[str]:
    """Undo the engine's merge of Env.

    The engine stores the user's entries followed by those of the image whose name the user did not give
    (moby `daemon/commit.go`, `merge`), so the shortest beginning that explains the rest is the user's.
    Order thereby tells a value that the user set to the image's own default from an inherited value.
    Entries without "=" are variables that the user took away: they stay as they are.

    Args:
        env: `Config.Env` of the container.
        image_env: `Config.Env` of the image that it was created from.
    """
    inherited = Counter(map(name, image_env))
    left = len(image_env)
    for length in range(len(env) + 1):
        # Where their numbers differ there is nothing to compare: very many cost no square of them.
        if left == len(env) - length and list(env[length:]) == _inherited(env[:length], image_env):
            return list(env[:length])
        if length < len(env):
            left -= inherited.pop(name(env[length]), 0)
    of_image = frozenset(image_env)
    return [entry for entry in env if entry not in of_image]


def name(entry: str) -> str:
    """The variable's name in an entry `NAME=value` or `NAME`."""
    return entry.partition("=")[0]


def _inherited(user: Sequence[str], image_env: Sequence[str]) -> list[str]:
    given = {name(entry) for entry in user}
    return [entry for entry in image_env if name(entry) not in given]
