from tests.unit.web.listening import ROUTES
from watcher.web.openapi import PATH, document, routes
from watcher.web.webhooks import Hooks, Secret


def test_the_document_has_every_route_and_itself() -> None:
    every = (*ROUTES, *routes(ROUTES))
    paths = document(every)["paths"]

    assert {(path, method) for path, methods in paths.items() for method in methods} == {
        (each.path, each.method.lower()) for each in every
    }
    assert PATH in paths
    assert paths["/act"]["post"]["security"] == [{"token": []}]
    assert paths["/open"]["get"]["security"] == []


def test_what_is_begun_is_answered_with_202_whoever_may_ask_for_it() -> None:
    hooks = Hooks(Secret("s3cret"), lambda _: [])
    paths = document([*ROUTES, *hooks.routes])["paths"]

    (hook,) = (methods["post"] for path, methods in paths.items() if "hooks" in path)
    assert ["202" in each["responses"] for each in (hook, paths["/act"]["post"], paths["/open"]["get"])] == [
        True, True, False,
    ]  # fmt: skip
    assert [each["name"] for each in hook["parameters"]] == ["secret"]
