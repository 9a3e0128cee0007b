"""Whether what kept a service from its update may be over at another try.

The answer differs from what `daemon.reconciler` decides of a container, for its subject does. A service's
look asks its registry itself, which may answer another time; for containers the puller asks. And a rollout
that the swarm takes back goes on without us: where the engine was away in the middle, or another updater is
at it, it is looked at again, though the image is noted as failed; a container's way back has its own patience
(`update.retry`).
"""

from watcher.model.errors import Busy, EngineError, RegistryError, UpdateFailed, WatcherError
from watcher.store.service_failures import ServiceFailures


async def may_pass(failures: ServiceFailures, service_id: str, digest: str, error: WatcherError) -> bool:
    """Whether a service is to be tried again after a while, though nothing is changed.

    Args:
        failures: What is not to be tried again.
        service_id: The service's.
        digest: The digest that it was to have.
        error: How the try ended.
    """
    if isinstance(error, UpdateFailed):
        failure = await failures.of(service_id)
        return failure is None or failure.image != digest
    return isinstance(error, EngineError | RegistryError | Busy)
