"""Where the docker command keeps its configuration."""

import pytest

from watcher.model.docker_cli import config_folder


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"DOCKER_CONFIG": "/c", "HOME": "/h"}, "/c"),
        ({"DOCKER_CONFIG": "", "HOME": "/h"}, "/h/.docker"),
        ({"HOME": "/"}, "/.docker"),
        ({}, "/.docker"),
    ],
)
def test_the_cli_keeps_its_settings_where_it_is_told(environ: dict[str, str], folder: str) -> None:
    assert config_folder(environ) == folder
