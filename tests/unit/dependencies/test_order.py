"""Who is updated before whom, from the rows of one list call."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.dependencies.order import Condition, Order
from watcher.model.labels import DEPENDS_ON, is_one_off

Json = dict[str, Any]
COMPOSE = "com.docker.compose."


def row(
    name: str, labels: dict[str, str] | None = None, *, names: tuple[str, ...] = (), mode: str = "bridge"
) -> Json:
    return {
        "Id": name.encode().hex().ljust(64, "0"),
        "Names": [*names, f"/{name}"],
        "Labels": labels or {},
        "HostConfig": {"NetworkMode": mode},
    }


def after(name: str, *others: str) -> Json:
    return row(name, {DEPENDS_ON: ", ".join(others)})


def service(name: str, depends_on: str = "", *, number: int = 1, project: str = "shop", **more: str) -> Json:
    """A container of a Compose service, called as Compose does."""
    labels = {"project": project, "service": name, "container-number": str(number), "oneoff": "False"}
    labels |= {"depends_on": depends_on} | more
    spelled = {f"{COMPOSE}{key}": value for key, value in labels.items()}
    return row(f"{project}-{name}-{number}", spelled)


def test_who_depends_on_nothing_waits_for_nobody() -> None:
    order = Order.of([row("web"), row("db")])

    assert (order.before("web"), order.before("db"), order.before("unheard-of")) == (frozenset(),) * 3


@pytest.mark.parametrize(
    ("text", "condition", "restart"),
    [
        ("db:service_healthy:true", Condition.HEALTHY, True),
        ("db:service_completed_successfully:false", Condition.COMPLETED, False),
        ("db:service_started:false", Condition.STARTED, False),
        ("db:service_healthy", Condition.HEALTHY, False),
        ("db", Condition.STARTED, False),
        ("db:service_of_tomorrow:true:x", Condition.STARTED, True),
    ],
)
def test_the_label_of_compose_is_understood(text: str, condition: Condition, *, restart: bool) -> None:
    order = Order.of([service("web", f"cache:service_started:false,{text}"), service("db")])

    (found,) = order.dependencies["shop-web-1"]
    assert (found.name, found.condition, found.restart) == ("shop-db-1", condition, restart)
    assert order.before("shop-web-1") == {"shop-db-1"}
    assert order.restarted_with("shop-db-1") == (("shop-web-1",) if restart else ())


def test_a_service_means_all_its_replicas_of_the_same_project() -> None:
    order = Order.of(
        [
            service("web", "db:service_started:false"),
            service("db"),
            service("db", number=2),
            service("db", project="other"),
            service("web", "db:service_started:false", project="other"),
        ]
    )

    assert order.before("shop-web-1") == {"shop-db-1", "shop-db-2"}
    assert order.before("other-web-1") == {"other-db-1"}


def test_our_label_lists_names() -> None:
    order = Order.of([after("web", "db", "cache"), row("db"), row("cache")])

    assert order.before("web") == {"db", "cache"}
    assert [each.cause for each in order.dependencies["web"]] == [DEPENDS_ON] * 2


def test_a_name_in_our_label_that_nothing_has_is_told_and_waited_for_by_nobody() -> None:
    order = Order.of([after("web", "db", "gone"), row("db")])

    assert order.before("web") == {"db"}
    assert order.missing == {"web": ("gone",)}


@pytest.mark.parametrize("text", ["", " ", ",,", " , "])
def test_an_empty_label_lists_nobody(text: str) -> None:
    order = Order.of([row("web", {DEPENDS_ON: text})])

    assert (order.before("web"), order.missing) == (frozenset(), {})


def test_a_joined_network_and_a_link_are_dependencies() -> None:
    web = row("web", names=("/app/backend",))
    order = Order.of([row("side", mode=f"container:{web['Id']}"), row("app"), web])

    assert order.before("side") == {"web"}
    assert order.before("app") == {"web"}


def test_what_is_far_goes_before_as_well() -> None:
    """Also where nothing between the two has an update of its own."""
    order = Order.of([after("web", "api"), after("api", "db"), row("db")])

    assert order.before("web") == {"api", "db"}
    assert order.sorted(["web", "db"]) == ("db", "web")


def test_replicas_go_one_after_another_by_their_numbers() -> None:
    order = Order.of([service("web", number=number) for number in (10, 2, 1)])

    assert order.sorted(order.dependencies) == ("shop-web-1", "shop-web-2", "shop-web-10")
    assert order.before("shop-web-2") == {"shop-web-1"}
    assert order.before("shop-web-10") == {"shop-web-1", "shop-web-2"}


def test_containers_that_have_no_replicas_have_nothing_before_them() -> None:
    order = Order.of([service("web"), row("db")])

    assert order.before("shop-web-1") | order.before("db") == set()


def test_replicas_that_depend_on_one_another_still_go_one_after_another() -> None:
    rows = [service("web", number=number) for number in (1, 2, 3)]
    rows[0]["Labels"][DEPENDS_ON] = "shop-web-3"
    order = Order.of(rows)

    assert order.cycles == ()
    assert [len(order.before(name)) for name in order.sorted(order.dependencies)] == [0, 1, 2]
    assert "shop-web-3" in order.before("shop-web-1")


def test_replicas_of_two_services_whose_numbers_contradict_their_labels_follow_the_labels() -> None:
    rows = [service(name, number=number) for name in ("web", "api") for number in (1, 2)]
    rows[0]["Labels"][DEPENDS_ON] = "shop-api-2"
    rows[2]["Labels"][DEPENDS_ON] = "shop-web-2"
    order = Order.of(rows)

    assert all(name not in order.before(name) for name in order.dependencies)
    assert "shop-api-2" in order.before("shop-web-1")
    assert "shop-web-2" in order.before("shop-api-1")
    assert [len(order.before(name)) for name in ("shop-web-2", "shop-web-1")] == [0, 3]


def test_a_run_that_is_one_off_is_no_replica_and_nobody_waits_for_it() -> None:
    job = service("web", "db:service_started:true", number=2, oneoff="True")
    order = Order.of([service("web"), job, service("db"), service("app", "web:service_started:false")])

    assert is_one_off(job["Labels"])
    assert order.before("shop-web-1") | order.before("shop-web-2") == set()
    assert order.before("shop-app-1") == {"shop-web-1"}
    assert order.restarted_with("shop-db-1") == ()


def test_a_cycle_is_told_and_each_of_it_goes_on_its_own() -> None:
    order = Order.of(
        [
            after("a", "b"),
            after("b", "c"),
            after("c", "a", "db"),
            row("db"),
            after("web", "a"),
            after("me", "me"),
        ]
    )

    assert order.cycles == (("a", "b", "c"), ("me",))
    assert order.before("a") == order.before("b") == frozenset()
    assert order.before("c") == {"db"}
    assert order.before("web") == {"a"}


def test_what_the_engine_is_reached_through_goes_last_and_its_dependents_after_it() -> None:
    order = Order.of(
        [row("proxy"), after("traefik", "proxy"), row("db"), after("web", "db")], doors=["proxy"]
    )

    assert order.before("proxy") == {"db", "web"}
    assert order.before("traefik") == {"proxy", "db", "web"}
    assert order.sorted(["traefik", "proxy", "web", "db"]) == ("db", "web", "proxy", "traefik")


def test_what_our_own_container_depends_on_goes_last() -> None:
    order = Order.of([after("updater", "vpn"), after("vpn", "dns"), row("dns"), row("web")], own="updater")

    assert order.sorted(["vpn", "web", "dns", "updater"]) == ("web", "dns", "vpn", "updater")


def test_the_updater_s_own_container_goes_after_all_but_those_that_depend_on_it() -> None:
    rows = [row("updater"), row("web"), row("proxy"), after("page", "updater")]

    order = Order.of(rows, own="updater", doors=["proxy"], last=["updater", "proxy"])

    assert order.before("updater") == {"web", "proxy"}
    assert "updater" not in order.before("proxy") | order.before("web")


def test_temporary_names_have_no_place() -> None:
    """The successor of a replica bears the labels of its service."""
    successor = service("web", number=1)
    successor["Names"] = [f"/shop-web-1.ctr-updater-new-r-{'0' * 12}"]
    order = Order.of([service("web"), successor])

    assert order.dependencies.keys() == {"shop-web-1"}
    assert order.before("shop-web-1") == set()


@pytest.mark.parametrize(
    "odd",
    [
        {"Labels": None, "HostConfig": None, "Names": None},
        {"Labels": {f"{COMPOSE}depends_on": "::,:,x:y:z:a"}},
        {"Labels": {f"{COMPOSE}service": "web", f"{COMPOSE}container-number": "two"}},
        {"HostConfig": {}},
        {"HostConfig": {"NetworkMode": "container:"}},
        {"HostConfig": {"NetworkMode": "container:nobody"}, "Names": ["/gone/web", "/web"]},
    ],
)
def test_odd_rows_are_no_trouble(odd: Json) -> None:
    order = Order.of([row("web") | odd, row("db")])

    assert order.before("db") == frozenset()


NAMES = [f"c{number}" for number in range(7)]
WORLDS = st.lists(
    st.tuples(st.sets(st.sampled_from(NAMES), max_size=3), st.sampled_from(["", "web", "api"])),
    min_size=len(NAMES),
    max_size=len(NAMES),
)


def world(drawn: list[tuple[set[str], str]]) -> list[Json]:
    rows = []
    for name, (wanted, of_service) in zip(NAMES, drawn, strict=True):
        labels = {DEPENDS_ON: ",".join(wanted)}
        labels |= {f"{COMPOSE}project": "p", f"{COMPOSE}service": of_service} if of_service else {}
        rows.append(row(name, labels))
    return rows


@given(WORLDS, st.sets(st.sampled_from(NAMES), max_size=2), st.sampled_from(["", *NAMES]))
def test_whatever_is_said_nobody_waits_for_itself_and_the_order_is_kept(
    drawn: list[tuple[set[str], str]], doors: set[str], own: str
) -> None:
    order = Order.of(world(drawn), own=own, doors=doors)
    place = {name: number for number, name in enumerate(order.sorted(NAMES))}

    for name in NAMES:
        assert name not in order.before(name)
        assert all(place[other] < place[name] for other in order.before(name))
        assert all(order.before(other) <= order.before(name) for other in order.before(name))
    for service_name in ("web", "api"):
        members = {
            name for name, (_, of_service) in zip(NAMES, drawn, strict=True) if of_service == service_name
        }
        for first, second in pairwise(order.sorted(members)):
            assert first in order.before(second)


@given(WORLDS)
def test_each_dependency_goes_before_but_within_a_cycle(drawn: list[tuple[set[str], str]]) -> None:
    order = Order.of(world(drawn))

    for name, (wanted, _) in zip(NAMES, drawn, strict=True):
        circle = next((cycle for cycle in order.cycles if name in cycle), ())
        assert wanted - set(circle) <= order.before(name)


@given(WORLDS)
def test_the_order_of_the_rows_does_not_matter(drawn: list[tuple[set[str], str]]) -> None:
    rows = world(drawn)
    one, other = Order.of(rows), Order.of(reversed(rows))

    assert [one.before(name) for name in NAMES] == [other.before(name) for name in NAMES]
