"""The tests lie as the program does: `tests/unit/PACKAGE/test_MODULE.py`, or where this table says."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNIT, INTEGRATION = "tests/unit", "tests/integration"
LONGEST = 300  # lines of a module

# What these do is a conversation with an engine or a registry, and is tested on real ones.
ELSEWHERE = {
    "update/errand": "tests/e2e/self_update/test_self_update.py",
    "update/own/helping": "tests/e2e/self_update/test_self_update.py",
    "check/checks": f"{INTEGRATION}/check/test_check.py",
    "check/freshness": f"{INTEGRATION}/check/test_check.py",
    "check/facts": f"{INTEGRATION}/check/test_requests.py",
    "check/unmet": f"{INTEGRATION}/cli/test_waits.py",
    "check/decisions": f"{INTEGRATION}/cli/test_decisions.py",
    "check/status": f"{INTEGRATION}/cli/test_list.py",
    "check/shown": f"{INTEGRATION}/cli/test_list.py",
    "check/veto": f"{INTEGRATION}/daemon/test_veto.py",
    "check/watchtower_labels": f"{INTEGRATION}/daemon/test_watchtower_labels.py",
    "cli/commands": f"{INTEGRATION}/cli/test_commands.py",
    "cli/completion": f"{INTEGRATION}/cli/test_completion.py",
    "cli/ctr_updater": f"{INTEGRATION}/cli/test_exercise.py",
    "cli/decisions": f"{INTEGRATION}/cli/test_decisions.py",
    "cli/looking": f"{INTEGRATION}/cli/test_list.py",
    "cli/migrate": "tests/e2e/image/test_migrate.py",
    "cli/notify": f"{INTEGRATION}/cli/test_notify.py",
    "cli/opening": f"{INTEGRATION}/daemon/test_several_engines.py",
    "cli/output": f"{INTEGRATION}/cli/test_commands.py",
    "cli/session": f"{INTEGRATION}/cli/test_signals.py",
    "cli/standard_error": f"{INTEGRATION}/daemon/test_log_trouble.py",
    "cli/services": f"{INTEGRATION}/swarm/test_one_node.py",
    "container/hooks": f"{INTEGRATION}/update/test_hooks.py",
    "engine/execs": f"{INTEGRATION}/update/test_hooks.py",
    "update/steps/hooks": f"{INTEGRATION}/update/test_hooks.py",
    "update/steps/marking": f"{UNIT}/update/steps/test_planning.py",
    "config/gate_grammar": f"{UNIT}/config/test_gates_file.py",
    "config/policy": f"{UNIT}/config/test_settings.py",
    "config/setting": f"{UNIT}/config/test_settings.py",
    "config/spelling": f"{UNIT}/config/test_settings_unknown_names.py",
    "daemon/described": f"{INTEGRATION}/daemon/test_posted.py",
    "container/image_cleanup": f"{INTEGRATION}/update/test_update.py",
    "container/injected_files": f"{INTEGRATION}/container/test_put_in.py",
    "container/last_output": f"{INTEGRATION}/daemon/test_last_words.py",
    "container/probe": f"{INTEGRATION}/container/test_proofs.py",
    "container/recreate/command": f"{UNIT}/container/recreate/test_config.py",
    "container/recreate/environment": f"{UNIT}/container/recreate/test_config.py",
    "container/spare": f"{INTEGRATION}/update/test_states.py",
    "container/startup": f"{INTEGRATION}/daemon/test_addresses.py",
    "container/stop": f"{INTEGRATION}/container/test_stops.py",
    "container/successor": f"{INTEGRATION}/container/fidelity/test_matrix.py",
    "daemon/controller": f"{INTEGRATION}/daemon/test_once.py",
    "daemon/engine_news": f"{INTEGRATION}/daemon/test_messages.py",
    "daemon/followed": f"{INTEGRATION}/daemon/test_once.py",
    "daemon/injections": f"{INTEGRATION}/daemon/test_injections.py",
    "daemon/notices": f"{INTEGRATION}/daemon/test_lines.py",
    "daemon/notifier": f"{INTEGRATION}/daemon/test_messages.py",
    "daemon/decisions": f"{INTEGRATION}/daemon/test_decisions.py",
    "daemon/pings": f"{INTEGRATION}/daemon/test_pings.py",
    "daemon/puller": f"{INTEGRATION}/daemon/test_registry.py",
    "daemon/tag_reader": f"{INTEGRATION}/daemon/test_registry.py",
    "daemon/service_reconciler": f"{INTEGRATION}/swarm/test_daemon.py",
    "daemon/services": f"{INTEGRATION}/swarm/test_daemon.py",
    "daemon/reconciler": f"{INTEGRATION}/daemon/test_outcomes.py",
    "engine/client": f"{INTEGRATION}/engine/test_endpoints.py",
    "engine/images": f"{INTEGRATION}/check/test_identity.py",
    "engine/transport": f"{INTEGRATION}/engine/test_endpoints.py",
    "engine/identity": f"{INTEGRATION}/swarm/test_one_node.py",
    "engine/swarm": f"{INTEGRATION}/swarm/test_one_node.py",
    "host/fleet": f"{INTEGRATION}/cli/test_several_engines.py",
    "host/images": f"{INTEGRATION}/registry/live/test_reach.py",
    "host/lookup": f"{INTEGRATION}/host/test_lookup.py",
    "host/services": f"{INTEGRATION}/swarm/test_names.py",
    "host/namespace_cache": f"{INTEGRATION}/daemon/test_holds.py",
    "model/chosen_engine": f"{UNIT}/config/test_engines.py",
    "model/json_object": f"{UNIT}/model/test_inspection.py",
    "model/labels": f"{UNIT}/config/test_settings.py",
    "model/message_events": f"{UNIT}/daemon/test_log_lines.py",
    "model/platform": f"{INTEGRATION}/registry/live/test_platforms.py",
    "model/registry_events": f"{UNIT}/host/test_pulls.py",
    "notifications/answer": f"{UNIT}/notifications/test_sender.py",
    "notifications/apprise_child": f"{INTEGRATION}/notifications/test_apprise.py",
    "notifications/apprise_process": f"{INTEGRATION}/notifications/test_apprise.py",
    "notifications/http_post": f"{INTEGRATION}/notifications/test_http.py",
    "notifications/news": f"{UNIT}/notifications/test_message.py",
    "recovery/departures": f"{INTEGRATION}/recovery/test_bereft.py",
    "recovery/endings": f"{INTEGRATION}/recovery/test_restoring.py",
    "recovery/links": f"{INTEGRATION}/update/test_links.py",
    "recovery/networks": f"{INTEGRATION}/recovery/test_prune_networks.py",
    "recovery/reading": f"{INTEGRATION}/recovery/test_bereft.py",
    "recovery/remake": "tests/e2e/updaters/test_made_anew_once.py",
    "recovery/restore": f"{INTEGRATION}/recovery/test_bereft.py",
    "recovery/steps": f"{INTEGRATION}/recovery/test_left_task.py",
    "recovery/unrecorded": f"{INTEGRATION}/recovery/test_unrecorded.py",
    "recovery/undo": f"{INTEGRATION}/update/test_adversity.py",
    "registry/client": f"{INTEGRATION}/registry/test_client.py",
    "registry/http_client": f"{INTEGRATION}/registry/test_ways.py",
    "registry/insecure": f"{INTEGRATION}/registry/test_tls.py",
    "registry/messages": f"{INTEGRATION}/registry/test_client.py",
    "selfcheck": "tests/e2e/image/test_contents.py",
    "store/failures": f"{UNIT}/store/test_state.py",
    "swarm/attempt": f"{INTEGRATION}/swarm/test_one_node.py",
    "swarm/gates": f"{INTEGRATION}/swarm/test_gates.py",
    "swarm/by_hand": f"{INTEGRATION}/swarm/test_one_node.py",
    "swarm/deciding": f"{INTEGRATION}/swarm/test_names.py",
    "swarm/named": f"{INTEGRATION}/swarm/test_names.py",
    "swarm/reading": f"{INTEGRATION}/swarm/test_one_node.py",
    "swarm/status": f"{INTEGRATION}/swarm/test_one_node.py",
    "swarm/update": f"{INTEGRATION}/swarm/test_one_node.py",
    "update/account": f"{INTEGRATION}/update/test_events.py",
    "update/affected": f"{INTEGRATION}/update/test_dependents.py",
    "update/attempt": f"{INTEGRATION}/update/test_update.py",
    "update/by_hand": f"{INTEGRATION}/update/test_dependents.py",
    "update/conditions": f"{INTEGRATION}/daemon/test_compose.py",
    "update/consent": f"{INTEGRATION}/cli/test_held.py",
    "update/coordinator": f"{INTEGRATION}/update/test_dependents.py",
    "update/dry_run": f"{INTEGRATION}/update/test_planned.py",
    "update/steps/drift": f"{INTEGRATION}/update/test_races.py",
    "update/executor": f"{INTEGRATION}/update/test_update.py",
    "update/gates": f"{INTEGRATION}/update/test_gates.py",
    "update/keeping": f"{INTEGRATION}/update/test_kept_images.py",
    "update/lineage": f"{INTEGRATION}/update/test_lineage.py",
    "update/steps/not_undone": f"{INTEGRATION}/cli/test_errors.py",
    "update/open_updates": f"{INTEGRATION}/recovery/test_bereft.py",
    "update/steps/permissions": f"{INTEGRATION}/registry/live/test_socket_proxy.py",
    "update/steps/plan": f"{UNIT}/update/steps/test_planning.py",
    "update/steps/prune_guard": f"{INTEGRATION}/recovery/test_prune.py",
    "update/rollback": f"{INTEGRATION}/update/test_rollback.py",
    "update/service": f"{INTEGRATION}/update/test_update.py",
    "update/settlement": f"{INTEGRATION}/update/test_events.py",
    "update/steps/replacement": f"{INTEGRATION}/update/test_update.py",
    "update/steps/succession": f"{INTEGRATION}/update/test_meddling.py",
    "web/actions": f"{INTEGRATION}/web/test_operations.py",
    "web/api": f"{INTEGRATION}/web/test_api.py",
    "web/events": f"{INTEGRATION}/web/test_events.py",
    "web/health": f"{INTEGRATION}/web/test_api.py",
    "web/login": f"{INTEGRATION}/web/test_api.py",
    "web/metrics": f"{INTEGRATION}/web/test_metrics.py",
    "web/operations": f"{INTEGRATION}/web/test_operations.py",
    "web/plans": f"{INTEGRATION}/web/test_page_data.py",
    "web/registries": f"{INTEGRATION}/web/test_page_data.py",
    "web/engine_daemons": f"{UNIT}/web/test_engines.py",
    "web/engine_status": f"{UNIT}/web/test_gauges.py",
    "web/event_feed": f"{INTEGRATION}/web/test_events.py",
    "web/guard": f"{UNIT}/web/test_server.py",
}


def modules() -> list[str]:
    """`package/module` of all modules of the program but package files."""
    paths = (path.relative_to(ROOT / "watcher") for path in (ROOT / "watcher").rglob("*.py"))
    return sorted(str(path.with_suffix("")) for path in paths if not path.stem.startswith("__"))


def unit_tests(module: str) -> list[Path]:
    """`test_MODULE.py`, and `test_MODULE_ASPECT.py` where one file would be too long."""
    folder, _, name = module.rpartition("/")
    found = (ROOT / UNIT / folder).glob(f"test_{name}*.py")
    return [path for path in found if f"{path.stem}_".startswith(f"test_{name}_")]


@pytest.mark.parametrize("module", modules())
def test_a_module_has_unit_tests_or_names_the_test_that_covers_it(module: str) -> None:
    elsewhere = ELSEWHERE.get(module)

    assert bool(unit_tests(module)) != bool(elsewhere)
    assert elsewhere is None or (ROOT / elsewhere).exists()


def test_the_table_names_no_module_that_is_gone() -> None:
    assert ELSEWHERE.keys() <= set(modules())


@pytest.mark.parametrize("path", sorted((ROOT / UNIT).glob("*/**/test_*.py")), ids=lambda path: path.stem)
def test_a_unit_test_lies_with_the_module_of_its_name(path: Path) -> None:
    package = path.relative_to(ROOT / UNIT).parent
    parts = (module.rpartition("/") for module in modules())
    names = [name for folder, _, name in parts if folder == str(package)]

    assert any(f"{path.stem}_".startswith(f"test_{name}_") for name in names)


def test_no_module_is_too_long_to_be_read_at_once() -> None:
    paths = [path for folder in ("watcher", "tests") for path in (ROOT / folder).rglob("*.py")]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in paths}

    assert "watcher/update/service.py" in lengths
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST} == {}


def named_modules() -> set[str]:
    """What the tests name in a string as a module of theirs, for `python -m`."""
    texts = (path.read_text() for path in (ROOT / "tests").rglob("*.py"))
    return {name for text in texts for name in re.findall(r'"(tests(?:\.\w+)+)"', text)}


@pytest.mark.parametrize("name", sorted(named_modules()))
def test_a_module_that_is_started_by_its_name_is_there(name: str) -> None:
    assert importlib.util.find_spec(name)
