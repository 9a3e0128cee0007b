from tests.unit.web.listening import ROUTES
from watcher.web.openapi import PATH, document, routes


def test_the_document_has_every_route_and_itself() -> None:
    every = (*ROUTES, *routes(ROUTES))
    paths = document(every)["paths"]

    assert {(path, method) for path, methods in paths.items() for method in methods} == {
        (each.path, each.method.lower()) for each in every
    }
    assert PATH in paths
    assert paths["/act"]["post"]["security"] == [{"token": []}]
    assert paths["/open"]["get"]["security"] == []
