"""Where the docker command keeps its configuration."""

import os
from collections.abc import Mapping
from pathlib import Path


def config_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The docker CLI's folder: `DOCKER_CONFIG`, or `.docker` in the home directory."""
    return Path(environ.get("DOCKER_CONFIG") or Path(environ.get("HOME") or "/") / ".docker")
