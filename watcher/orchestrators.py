"""The labels by which others know the containers that they made. Pure: no I/O."""

COMPOSE_IMAGE = "com.docker.compose.image"

# Whoever runs a container through one of these starts another when we replace it.
ORCHESTRATED = (
    ("com.docker.swarm.", "a task of a Swarm service", "update the service: docker service update --image"),
    ("io.kubernetes.", "part of a Kubernetes pod", "update the workload with kubectl"),
    ("com.hashicorp.nomad.", "a task of Nomad", "update the job with nomad"),
    ("com.amazonaws.ecs.", "a task of Amazon ECS", "update the service in ECS"),
    ("io.podman.", "Podman's", "use podman auto-update"),
    ("PODMAN_SYSTEMD_UNIT", "a systemd unit of Podman's", "use podman auto-update"),
)
ORCHESTRATORS = tuple(prefix for prefix, _, _ in ORCHESTRATED)
