"""The settings of a container, by its labels and by what was chosen for all."""

import pytest

from tests.unit.contexts import idle_context
from tests.unit.rows import row
from watcher.config.policy import Policy
from watcher.model.labels import ENABLE


def test_a_label_speaks_for_its_container_and_the_default_for_the_others() -> None:
    context = idle_context(Policy(mode="notify"))

    found = [context.readable_policy(each) for each in (row(), row(mode="update"))]

    assert [each.mode for each in found if each] == ["notify", "update"]


def test_where_all_are_watched_what_an_orchestrator_runs_is_in_only_if_it_says_so() -> None:
    context, task = idle_context(Policy(enable=True)), {"com.docker.swarm.task.id": "x"}
    unlabelled, labelled = row("a") | {"Labels": task}, row("b") | {"Labels": task | {ENABLE: "true"}}

    found = [context.readable_policy(each) for each in (unlabelled, labelled)]

    assert [each.enable for each in found if each] == [False, True]


@pytest.mark.parametrize(
    "labels",
    [{"stable_for": "soon"}, {"mode": "monitor"}, {"gate": "nobody"}],
    ids=["a duration", "a mode", "a gate"],
)
def test_labels_that_cannot_be_read_are_no_policy(labels: dict[str, str]) -> None:
    assert idle_context().readable_policy(row(**labels)) is None
