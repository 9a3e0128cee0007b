"""What a registry's webhook says was pushed, whichever registry's it is. Pure: no I/O.

Only pushes count: our own pull makes some registries call, too, and would be answered by another pull.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from watcher.model.reference import HUB, ImageRef, readable
from watcher.model.values import frozen

_PUSHED = {"PUSH_ARTIFACT", "harbor.artifact.pushed"}


@frozen
class Push:
    """A push that a webhook tells of.

    Attributes:
        ref: The tag.
        is_sure: Whether its registry has but one name; behind a proxy a registry may call itself something
            else.
    """

    ref: ImageRef
    is_sure: bool = True


def pushed(said: Any) -> list[Push]:
    """What the body of a webhook says was pushed; nothing where it says something else."""
    found = [push for read in (_hub, _github, _harbor, _quay, _distribution) for push in read(said)]
    return list(dict.fromkeys(found))


def meant(pushes: Iterable[Push], followed: Iterable[ImageRef]) -> set[ImageRef]:
    """The followed tags that were pushed: of that registry, else of a registry with another name for it."""
    refs, found = set(followed), set[ImageRef]()
    for push in pushes:
        if push.ref in refs:
            found.add(push.ref)
        elif not push.is_sure:
            found |= {ref for ref in refs if (ref.path, ref.tag) == (push.ref.path, push.ref.tag)}
    return found


def _hub(said: Any) -> Iterator[Push]:
    name, tag = _text(said, "repository", "repo_name"), _text(said, "push_data", "tag")
    yield from _push(f"{HUB}/{name}", tag)


def _github(said: Any) -> Iterator[Push]:
    for kind in ("package", "registry_package"):
        owner, name = _text(said, kind, "namespace"), _text(said, kind, "name")
        tag = _text(said, kind, "package_version", "container_metadata", "tag", "name")
        if _text(said, kind, "package_type").lower() == "container":
            yield from _push(f"ghcr.io/{owner}/{name}".lower(), tag)


def _harbor(said: Any) -> Iterator[Push]:
    if _text(said, "type") in _PUSHED:
        for part in ("event_data", "data"):
            for each in _list(said, part, "resources"):
                repository = _text(each, "resource_url").partition("@")[0]
                tag = _text(each, "tag")
                yield from _push(repository.removesuffix(f":{tag}"), tag, is_sure=False)


def _quay(said: Any) -> Iterator[Push]:
    tags = _at(said, "updated_tags")
    for tag in tags if isinstance(tags, list | dict) else ():
        yield from _push(_text(said, "docker_url"), tag)


def _distribution(said: Any) -> Iterator[Push]:
    """The plain registry's, which is also in GitLab and in others."""
    for each in _list(said, "events"):
        if _text(each, "action") == "push":
            host, name = _text(each, "request", "host"), _text(each, "target", "repository")
            yield from _push(f"{host}/{name}", _text(each, "target", "tag"), is_sure=False)


def _push(repository: str, tag: Any, *, is_sure: bool = True) -> Iterator[Push]:
    if isinstance(tag, str) and tag and "@" not in repository:
        ref = readable(f"{repository}:{tag}")
        if ref and ref.domain and ref.tag == tag and not ref.digest:
            yield Push(ref, is_sure)


def _at(said: Any, *keys: str) -> Any:
    """What is at a path of keys; None where there is no such thing."""
    for key in keys:
        said = said.get(key) if isinstance(said, dict) else None
    return said


def _list(said: Any, *keys: str) -> list[Any]:
    found = _at(said, *keys)
    return found if isinstance(found, list) else []


def _text(said: Any, *keys: str) -> str:
    found = _at(said, *keys)
    return found if isinstance(found, str) else ""
