"""The table is complete: every option of the real `docker run` is in it, or has a reason not to be."""

import re
import shlex

from tests.integration.container.fidelity.lines import LINES, NOT_IN_A_LINE
from tests.testbed.engine import PrivateEngine

_SHORT = {
    "-e": "env",
    "-l": "label",
    "-p": "publish",
    "-P": "publish-all",
    "-v": "volume",
    "-m": "memory",
} | {
    "-i": "interactive",
    "-t": "tty",
    "-a": "attach",
}


def in_lines() -> set[str]:
    words = [word for line in LINES for word in shlex.split(line.options)]
    return {word.removeprefix("--").partition("=")[0] for word in words if word.startswith("--")} | {
        _SHORT[word] for word in words if word in _SHORT
    }


def test_every_option_of_docker_run_is_in_a_line_or_excused_with_a_reason(engine: PrivateEngine) -> None:
    shown = set(re.findall(r"^ +(?:-\w, )?--([a-z0-9-]+)", engine.docker("run", "--help"), re.MULTILINE))

    assert shown
    assert shown - in_lines() - NOT_IN_A_LINE.keys() == set()


def test_nothing_is_excused_that_a_line_holds() -> None:
    assert in_lines() & NOT_IN_A_LINE.keys() == set()


def test_the_table_has_at_least_sixty_lines_each_with_a_name_of_its_own() -> None:
    assert len({line.name for line in LINES}) == len(LINES) >= 60
