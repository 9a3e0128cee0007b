"""The labels that this program and Compose write on containers: one place for their names. Pure: no I/O."""

from collections.abc import Mapping

LABEL_PREFIX = "ctr-updater."
ENABLE = f"{LABEL_PREFIX}enable"
DEPENDS_ON = f"{LABEL_PREFIX}depends-on"
HOOK_PREFIX = f"{LABEL_PREFIX}hook."
GATE = f"{LABEL_PREFIX}gate"
RELEASE_URL = f"{LABEL_PREFIX}release-url"

# What this program writes itself; a label of these names is no setting.
REFERENCE = f"{LABEL_PREFIX}reference"
SPARE_OF = f"{LABEL_PREFIX}spare-of"
SPARE_NETWORKS = f"{LABEL_PREFIX}spare-networks"
# The image that a rollback went away from, and that is not taken again by itself.
LEFT = f"{LABEL_PREFIX}left"
# Of a Swarm service: the rollout of ours that brought the image that it has.
ROLLOUT = f"{LABEL_PREFIX}rollout"

# Whose a gate's container is, and until when it may run.
GATE_RUN = f"{LABEL_PREFIX}gate-run"
# Of a helper: the container that it is to update, the image of this, and the image that it is to have.
HELPER_OF = f"{LABEL_PREFIX}helper-of"
HELPER_FROM = f"{LABEL_PREFIX}helper-from"
HELPER_TARGET = f"{LABEL_PREFIX}helper-target"
_OF_A_HELPER = {HELPER_OF, HELPER_FROM, HELPER_TARGET}
INTERNAL = frozenset({REFERENCE, SPARE_OF, SPARE_NETWORKS, LEFT, ROLLOUT, GATE_RUN} | _OF_A_HELPER)

# In what an engine says of a container: those labels of its image that count for nothing.
LABELS_OF_IMAGE = "LabelsOfImage"
# What the image calls itself, and so every container from it.
TITLE, OUR_TITLE = "org.opencontainers.image.title", "ctr-updater"

COMPOSE_PREFIX = "com.docker.compose."
COMPOSE_PROJECT = f"{COMPOSE_PREFIX}project"
COMPOSE_SERVICE = f"{COMPOSE_PREFIX}service"
# The image that a container was made from, by its id: Compose compares it with what its file means now.
COMPOSE_IMAGE = f"{COMPOSE_PREFIX}image"
# Of a container that is to take another one's place: which one.
COMPOSE_REPLACES = f"{COMPOSE_PREFIX}replace"
COMPOSE_NUMBER = f"{COMPOSE_PREFIX}container-number"

_SERVICE = (
    "a service's own label ctr-updater.enable=true (deploy.labels in a stack) has it followed; "
    "by hand: docker service update --image"
)
# Whoever runs a container through one of these starts another when we replace it.
ORCHESTRATED = (
    ("com.docker.swarm.", "a task of a Swarm service", _SERVICE),
    ("io.kubernetes.", "part of a Kubernetes pod", "update the workload with kubectl"),
    ("com.hashicorp.nomad.", "a task of Nomad", "update the job with nomad"),
    ("com.amazonaws.ecs.", "a task of Amazon ECS", "update the service in ECS"),
    ("io.podman.", "Podman's", "use podman auto-update"),
    ("PODMAN_SYSTEMD_UNIT", "a systemd unit of Podman's", "use podman auto-update"),
)
ORCHESTRATORS = tuple(prefix for prefix, _, _ in ORCHESTRATED)


def is_ours(name: str) -> bool:
    """Whether a label is one of ours that a user sets, known or not; what we write ourselves is not."""
    return name.startswith(LABEL_PREFIX) and name not in INTERNAL


def is_composes(labels: Mapping[str, str], image: Mapping[str, str]) -> bool:
    """Whether a container bears a label of Compose's that is not its image's: only then Compose made it.

    Compose writes some of its labels into the images that it builds, too; but on a container it writes more.

    Args:
        labels: The container's, as the engine shows them.
        image: The labels of its image.
    """
    return any(key.startswith(COMPOSE_PREFIX) and image.get(key) != value for key, value in labels.items())


def is_orchestrated(labels: Mapping[str, str] | None) -> bool:
    """Whether an orchestrator runs a container."""
    return any(name.startswith(ORCHESTRATORS) for name in labels or {})


def is_one_off(labels: Mapping[str, str] | None) -> bool:
    """Whether `docker compose run` made a container: a job of somebody's, and no replica."""
    return (labels or {}).get(f"{COMPOSE_PREFIX}oneoff") == "True"
