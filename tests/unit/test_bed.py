"""What of the test bed needs no engine."""

from tests.testbed.cli import measuring

VARIABLES = {"COVERAGE_PROCESS_CONFIG": "{}", "COVERAGE_RUN": "true"}


def in_test(number: int, **environ: str) -> dict[str, str]:
    """The environment within one of many tests."""
    return (
        {"HOME": "/", "PYTEST_CURRENT_TEST": f"tests/test_a.py::test[{number}] (setup)"} | VARIABLES | environ
    )


def test_commands_are_measured_where_the_tests_are() -> None:
    assert all(measuring(in_test(number)) == VARIABLES for number in range(20))
    assert measuring(VARIABLES) == VARIABLES


def test_one_test_in_so_many_measures_its_commands_and_always_the_same() -> None:
    found = [measuring(in_test(number, MEASURED="4")) for number in range(400)]

    assert 60 < found.count(VARIABLES) < 140
    assert found.count({}) == 400 - found.count(VARIABLES)
    assert found == [measuring(in_test(number, MEASURED="4")) for number in range(400)]


def test_setup_and_call_of_a_test_are_measured_alike() -> None:
    for number in range(20):
        environ = in_test(number, MEASURED="4")
        called = environ | {
            "PYTEST_CURRENT_TEST": environ["PYTEST_CURRENT_TEST"].replace("(setup)", "(call)")
        }
        assert measuring(called) == measuring(environ)
