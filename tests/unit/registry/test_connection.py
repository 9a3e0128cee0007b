"""Ways to a registry, where the folder of its certificates cannot be looked into."""

from pathlib import Path

import pytest

from watcher.model.errors import RegistryError
from watcher.registry.connection import Route, secure_route


def test_without_certificates_of_its_own_a_registry_is_judged_by_what_the_system_trusts(
    tmp_path: Path,
) -> None:
    assert secure_route("registry.example", tmp_path / "certs.d") == Route("https")


def test_a_folder_that_nobody_can_look_into_is_told_with_its_name(tmp_path: Path) -> None:
    """Its name is one that no file system takes, which root is refused as well."""
    folder = tmp_path / ("w" * 300)

    with pytest.raises(RegistryError, match=f"cannot read the certificates in {folder}/registry.example: "):
        secure_route("registry.example", folder)
