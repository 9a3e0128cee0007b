"""How many updates of each kind two updaters are set on at once."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--updater-runs", type=int, default=2, help="containers that two updaters are set on, for each way"
    )


@pytest.fixture(scope="session")
def runs(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--updater-runs", default=2))
