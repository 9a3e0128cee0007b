"""Whose update comes of a webhook."""

from collections.abc import Iterable

from watcher.daemon.pushes import PushedServices, Pushes
from watcher.model.json_object import Json
from watcher.model.reference import ImageRef, Tag

TAG, ARM, OTHER = (
    Tag(ImageRef.parse("app:1")),
    Tag(ImageRef.parse("app:1"), "linux/arm64"),
    Tag(ImageRef.parse("b:1")),
)


class Registry:
    """Has another image at each push; the engine has it once it was asked for."""

    def __init__(self, pushes: Pushes) -> None:
        self.pushes = pushes
        self.pushed = self.here = 1
        self.seen: list[bool] = []

    async def ask(self, _: Tag) -> int:
        self.here = self.pushed
        self.seen.append(self.pushes.is_why("web"))
        return 5

    async def meaning(self, _: Tag) -> Json | None:
        return {"Id": self.here}

    async def look(self) -> bool:
        assert await self.pushes.asked(TAG, ["web"], self.ask, self.meaning) == 5
        return self.pushes.is_why("web")


def first(refs: Iterable[ImageRef]) -> set[ImageRef]:
    return {ref for ref in refs if ref == TAG.ref}


def called(pushes: Pushes) -> list[Tag]:
    asked = list[Tag]()
    assert pushes.told(first, [TAG, ARM, OTHER], asked.append) == ["app:1"]
    return asked


def test_a_tag_that_is_told_of_is_asked_for_on_each_platform_and_no_other_tag() -> None:
    assert called(Pushes()) == [TAG, ARM]


async def test_what_a_webhook_brings_is_its_while_it_comes_and_until_it_is_done() -> None:
    registry = Registry(Pushes())
    called(registry.pushes)
    registry.pushed = 2

    assert await registry.look()
    assert registry.seen == [True]
    registry.pushes.over("web")
    assert not registry.pushes.is_why("web")


async def test_what_is_asked_for_by_the_clock_is_nobodys_push() -> None:
    registry = Registry(Pushes())
    registry.pushed = 2

    assert not await registry.look()


async def test_what_was_told_of_and_is_what_it_was_makes_no_later_update_a_push() -> None:
    registry = Registry(Pushes())
    called(registry.pushes)

    assert not await registry.look()
    registry.pushed = 2
    assert not await registry.look()


def test_what_a_webhook_brings_to_a_service_is_its_until_it_is_done() -> None:
    pushes = PushedServices()
    pushes.told("service/web", "sha256:a")
    assert not pushes.is_why("service/db")

    pushes.judged("service/web", "sha256:b")

    assert pushes.is_why("service/web")
    pushes.over("service/web")
    assert not pushes.is_why("service/web")


def test_a_service_whose_tag_means_what_it_meant_makes_no_later_update_a_push() -> None:
    pushes = PushedServices()
    pushes.told("service/web", "sha256:a")
    pushes.judged("service/web", "sha256:a")

    pushes.judged("service/web", "sha256:b")

    assert not pushes.is_why("service/web")


def test_a_second_push_of_the_same_is_not_the_end_of_the_first() -> None:
    pushes = PushedServices()
    pushes.told("service/web", "sha256:a")
    pushes.judged("service/web", "sha256:b")
    pushes.told("service/web", "sha256:b")

    pushes.judged("service/web", "sha256:b")

    assert pushes.is_why("service/web")
