"""The types of JSON objects that are passed on as they were read, or are yet to be written."""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]
JsonView = Mapping[str, Any]  # JSON that is only read
