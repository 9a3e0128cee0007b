"""Which environment variables of our prefix there are: a mistyped variable must not go unnoticed."""

import os
from collections.abc import Mapping

from attrs import fields

from watcher.config.policy import Policy
from watcher.config.setting import VARIABLE_PREFIX, label, variable, variables
from watcher.config.settings import DaemonSettings
from watcher.config.spelling import refuse_unknown
from watcher.model.errors import UnknownName

# Those that are no settings; CACHE is where the project's own tests keep what they fetched.
OTHERS = (
    "STATE_DIR", "REGISTRY", "REGISTRY_USER", "REGISTRY_USER_FILE", "REGISTRY_PASSWORD",
    "REGISTRY_PASSWORD_FILE", "NOTIFY", "NOTIFY_FILE", "CACHE",
    "TOKEN", "TOKEN_FILE", "READ_TOKEN", "READ_TOKEN_FILE", "HOOK_SECRET", "HOOK_SECRET_FILE",
)  # fmt: skip


def refuse_unknown_variables(environ: Mapping[str, str] = os.environ) -> None:
    """Refuse variables of our prefix that are not known, or that only a label may set.

    Raises:
        UnknownName: There is such a variable.
    """
    given = [name for name, value in environ.items() if name.startswith(VARIABLE_PREFIX) and value.strip()]
    for each in fields(Policy):
        if each.metadata["label_only"] and variable(each.name) in given:
            raise UnknownName(variable(each.name), f"only the label {label(each.name)} says so")
    known = [*variables(Policy).values(), *variables(DaemonSettings).values()]
    known += [f"{VARIABLE_PREFIX}{name}" for name in OTHERS]
    refuse_unknown(given, known, VARIABLE_PREFIX)
