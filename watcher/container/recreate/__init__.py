"""From what the engine says of a container to the request that makes its successor: the same, exactly.

Pure: no I/O, nothing that it is given is changed, imports only what is pure. The engine's JSON goes
through untouched, keys that nobody here knows included; docs/fidelity.md says option by option what is
kept, what follows the image, what is rewritten and what is refused.

    refuse(container, api=api)                      before anything is touched
    volume_sources(container)                       whom to inspect for `replacement(sources=...)`
    replacement(container, old_image=..., ...)      -> Payload
    may_be_injected(container)                      whether to read its changes; if so:
    injected_candidates(changes, container)         paths that it may be, of which ...
    shortlist(candidates)                           ... these are to stat, and then ...
    is_injected(path, stat, container)              ... which of them a client put in before the start
    rerooted({path: tar})                           one tar of those files, for `PUT archive?path=/`,
    stamped(tar, created)                           ... as of the successor's creation, or the next update
                                                    would no longer recognise them

Read the container while it still runs and at API 1.51 or lower: a stop erases MAC addresses, and newer
versions do not show the MAC address that was asked for.
"""

from collections.abc import Mapping
from copy import deepcopy
from types import MappingProxyType
from typing import Any

from watcher.container.recreate import config, endpoints, host, identity, volumes
from watcher.container.recreate.injected import (
    injected_candidates,
    is_file,
    is_injected,
    is_scratch,
    may_be_edited,
    may_be_injected,
    rerooted,
    shortlist,
    stamped,
)
from watcher.container.recreate.networks import is_made_by_user, network_body
from watcher.container.recreate.payload import Payload, section
from watcher.container.recreate.refusals import refusals, refuse
from watcher.container.recreate.volumes import volume_sources
from watcher.engine.capabilities import ENDPOINTS_IN_CREATE, MAC_IN_ENDPOINT, Api
from watcher.model.inspection import config_of
from watcher.model.json_object import JsonView
from watcher.model.platform import platform

__all__ = [
    "Api",
    "JsonView",
    "Payload",
    "injected_candidates",
    "is_file",
    "is_injected",
    "is_made_by_user",
    "is_scratch",
    "may_be_edited",
    "may_be_injected",
    "network_body",
    "refusals",
    "refuse",
    "replacement",
    "rerooted",
    "shortlist",
    "stamped",
    "volume_sources",
]

_NONE: Mapping[str, Any] = MappingProxyType({})


def replacement(  # noqa: PLR0913 - one value per thing that must have been read; all are keywords
    container: JsonView,
    *,
    old_image: JsonView | None,
    new_image: JsonView,
    api: Api,
    host_name: str = "",
    host_platform: str = "",
    sources: Mapping[str, JsonView] = _NONE,
    successors: Mapping[str, str] = _NONE,
    new_manifest: str = "",
) -> Payload:
    """Write the request that creates a container's successor on a new image.

    Args:
        container: `GET /containers/{id}/json` at API 1.51 or lower, read while the container runs.
        old_image: `GET /images/{id}/json` of the image it was created from (its "Config" is enough), None
            where nobody remembers: then what the new image does not explain is kept, and named in
            `assumed`.
        new_image: The same of the image it is to have; the same twice for a container that keeps its image.
        api: API version at which the container will be created.
        host_name: `Name` of `GET /info`.
        host_platform: The engine's own, "linux/amd64" ("Os" and "Arch" of `GET /version`).
        sources: Inspects of the containers in `--volumes-from`, by `volume_sources`; leave out a
            container that is gone.
        successors: New ids of replaced containers by their old ids, for `container:` namespaces and
            `--volumes-from`, and by their names, for legacy links.
        new_manifest: Digest of the new image's manifest for the platform (containerd store), else "".
    """
    base = config_of(new_image if old_image is None else old_image)
    published = section(container["HostConfig"], "PortBindings")
    ends = endpoints.endpoints(container, api)
    first = ends if ENDPOINTS_IN_CREATE.on(api) else dict(list(ends.items())[:1])
    own = _accepted(config.user_config(container["Config"], base, published), container, api)
    body = own | identity.user_names(container, host_name)
    if label := identity.compose_image(own, container, new_image, new_manifest):
        body["Labels"] = body["Labels"] | label
    body["HostConfig"] = host.host_config(container["HostConfig"], api, successors) | volumes.carried(
        container, sources, successors
    )
    body["NetworkingConfig"] = {"EndpointsConfig": first}
    return Payload(
        body=deepcopy(body),
        platform=platform(container, old_image, host_platform),
        connect=deepcopy({name: end for name, end in ends.items() if name not in first}),
        networks=frozenset(section(section(container, "NetworkSettings"), "Networks")),
        assumed=() if old_image is not None else config.ambiguous(own, container["Config"], base, published),
    )


def _accepted(own: JsonView, container: JsonView, api: Api) -> dict[str, Any]:
    """Without what the engine would refuse there."""
    dropped = set()
    if MAC_IN_ENDPOINT.on(api):
        dropped.add("MacAddress")
    if (container["HostConfig"].get("NetworkMode") or "").startswith("container:"):
        # The image's own are stored, yet refused when they come back (400): the provider publishes.
        dropped.add("ExposedPorts")
    return {key: value for key, value in own.items() if key not in dropped}
