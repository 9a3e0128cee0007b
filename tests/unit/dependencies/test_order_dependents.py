"""Who is waited for, restarted and kept apart because of another one, and what is said of it."""

import pytest

from tests.unit.dependencies.test_order import after, row, service
from watcher.dependencies.order import Order

WEB, DB, CACHE = "shop-web-1", "shop-db-1", "shop-cache-1"


def test_a_job_is_awaited_where_somebody_waits_for_its_successful_end() -> None:
    web = service("web", "db:service_completed_successfully:false,cache:service_healthy:false")
    order = Order.of([web, service("db"), service("cache"), after("worker", CACHE)])

    assert [name for name in (WEB, DB, CACHE, "worker") if order.is_awaited(name)] == [DB]


def test_who_asks_to_be_restarted_is_so_with_what_it_depends_on_and_with_nothing_else() -> None:
    web = service("web", "db:service_started:true,cache:service_started:false")
    order = Order.of([web, service("db"), service("cache"), service("other")])

    restarted = {name: order.restarted_with(name) for name in (WEB, DB, CACHE, "shop-other-1")}
    assert restarted == {WEB: (), DB: (WEB,), CACHE: (), "shop-other-1": ()}


def test_whose_network_goes_is_restarted_but_for_a_run_that_is_one_off() -> None:
    of_web = f"container:{row('web')['Id']}"
    run = row("run", {"com.docker.compose.oneoff": "True"}, mode=of_web)
    order = Order.of([row("web"), row("side", mode=of_web), run])

    assert order.restarted_with("web") == ("side",)
    assert "web" in order.before("run")


@pytest.mark.parametrize(
    ("label", "cause"),
    [
        ("db", "depends_on db"),
        ("db:service_healthy", "depends_on db (service_healthy)"),
        ("db:service_healthy:false", "depends_on db (service_healthy)"),
        ("db:service_started:true", "depends_on db (service_started), restart: true"),
    ],
)
def test_why_it_depends_is_said_as_compose_said_it(label: str, cause: str) -> None:
    (found,) = Order.of([service("web", label), service("db")]).dependencies[WEB]

    assert found.cause == cause


def test_of_several_ways_to_the_engine_one_is_open_while_another_is_updated() -> None:
    order = Order.of([row("one"), row("two"), row("web")], doors=["two", "one", "gone"])

    assert order.before("one") == {"web"}
    assert order.before("two") == {"web", "one"}
    assert not order.needs("one") | order.needs("two")
    assert order.doors == {"one", "two"}
