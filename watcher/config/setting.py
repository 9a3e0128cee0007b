"""What one setting is: its default, its reader, and how it is spelled as a label and as a variable."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from attrs import AttrsInstance, evolve, field, fields

from watcher.model.errors import UnreadableSetting
from watcher.model.labels import LABEL_PREFIX

VARIABLE_PREFIX = "CTR_UPDATER_"

S = TypeVar("S", bound=AttrsInstance)


def setting(default: object, read: Callable[[str], object], values: str, about: str = "") -> Any:
    """A setting; one without words about it is a label's alone.

    Args:
        default: Its value where nobody says one.
        read: Its grammar.
        values: What it takes, for people.
        about: What it is for, likewise.
    """
    return field(
        default=default, metadata={"read": read, "values": values, "help": about, "label_only": not about}
    )


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"{VARIABLE_PREFIX}{name.upper()}"


def label(name: str) -> str:
    """The label of a setting."""
    return f"{LABEL_PREFIX}{name.replace('_', '-').replace('hook-', 'hook.')}"


def variables(cls: type[Any]) -> dict[str, str]:
    """The variables of all settings of a class that have one, by their names."""
    return {each.name: variable(each.name) for each in fields(cls) if not each.metadata["label_only"]}


def read(settings: S, spelled: Mapping[str, str], texts: Mapping[str, str]) -> S:
    """Let texts speak.

    Args:
        settings: What holds where they say nothing.
        spelled: How each setting is called there, by its name.
        texts: What somebody wrote, by how it is called.

    Raises:
        UnreadableSetting: A value is not of its grammar.
    """
    found = {}
    for name, spelling in spelled.items():
        if not texts.get(spelling, "").strip():
            continue
        about = getattr(fields(type(settings)), name).metadata
        try:
            found[name] = about["read"](texts[spelling].strip())
        except ValueError as error:
            raise UnreadableSetting(spelling, texts[spelling], about["values"]) from error
    anything: Any = settings  # mypy knows no class of attrs by its bound
    made: S = evolve(anything, **found)
    return made
