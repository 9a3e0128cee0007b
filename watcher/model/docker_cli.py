"""Where the docker command keeps its configuration. Pure: no I/O."""

from collections.abc import Mapping


def config_folder(environ: Mapping[str, str]) -> str:
    """The docker CLI's folder: `DOCKER_CONFIG`, or `.docker` in the home directory.

    Args:
        environ: The environment.
    """
    return environ.get("DOCKER_CONFIG") or f"{environ.get('HOME', '').rstrip('/')}/.docker"
