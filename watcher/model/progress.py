"""What tells of a pull as it goes on: the types that those who pull and those who show it agree on."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

Progress = Callable[[dict[str, Any]], None]


Reporter = Callable[[str], AbstractContextManager[Progress]]
