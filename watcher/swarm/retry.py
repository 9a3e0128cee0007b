"""Whether what kept a service from its update may be over at another try, as it is asked of containers."""

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
