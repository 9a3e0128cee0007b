"""Value types: frozen classes of attrs which share how they are compared, hashed and shown.

attrs makes these methods anew for each class, at import: for two hundred classes these methods cost 2 MB in a
daemon and a twelfth of the time of a `watcher check`. Nothing here is compared so often that shared ones were
slower.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from attrs import frozen as frozen  # noqa: PLC0414 - by this name mypy knows what it makes
else:

    def frozen(cls: type | None = None, **options: Any) -> Any:
        """Make a frozen class, as `attrs.frozen` does, with the methods that are shared."""
        return _made(cls, options) if cls else lambda decorated: _made(decorated, options)


def _made(cls: type, options: dict[str, Any]) -> type:
    if not options and not issubclass(cls, BaseException):
        for name, method in _SHARED.items():
            if name not in vars(cls):
                setattr(cls, name, method)
        options = {"eq": False, "repr": False}
    return attrs.frozen(**options)(cls)


def _equals(self: Any, other: object) -> bool:
    return _compared(self) == _compared(other) if type(other) is type(self) else NotImplemented


def _hashed(self: Any) -> int:
    return hash((type(self), _compared(self)))


def _shown(self: Any) -> str:
    shown = (each.name for each in attrs.fields(type(self)) if each.repr)
    return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"


def _compared(self: Any) -> tuple[Any, ...]:
    return tuple(getattr(self, each.name) for each in attrs.fields(type(self)) if each.eq)


_SHARED: dict[str, Callable[..., Any]] = {"__eq__": _equals, "__hash__": _hashed, "__repr__": _shown}
