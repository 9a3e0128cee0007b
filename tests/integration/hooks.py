"""Containers with hooks, and what those wrote: shared by the tests of hooks."""

import json
from typing import Any

from tests.integration.apps import QUICK, App, outdated
from tests.testbed.stack import Stack

HOOKS = QUICK | {"CTR_UPDATER_HOOKS": "true"}
LOG = "echo {} $HOSTNAME >> /data/log"


def hook(kind: str, *words: str) -> tuple[str, str]:
    """The option that gives a container a hook; one word is a shell's command."""
    told = ["sh", "-c", *words] if len(words) == 1 else [*words]
    return "--label", f"ctr-updater.hook.{kind}={json.dumps(told)}"


def hooked(stack: Stack, pre: str = "", post: str = "", *options: object, **image: Any) -> App:
    """A container with an update, a volume and these hooks."""
    kinds = (("pre-update", pre), ("post-update", post))
    labels = [option for kind, command in kinds if command for option in hook(kind, command)]
    return outdated(stack, "-v", f"{stack.name('data')}:/data", *labels, *options, **image)


def logged(stack: Stack, name: str) -> list[str]:
    """What hooks wrote, a line each."""
    return stack.engine.docker("exec", name, "cat", "/data/log").splitlines()
