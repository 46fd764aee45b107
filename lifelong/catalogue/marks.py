"""What chapters above say of a resource on its public page, in a few words: they call ``register_mark`` from ``AppConfig.ready``."""

from collections.abc import Callable

MarkProvider = Callable[[int], str]  # key of the resource → words, empty for none; at most one query
_providers: list[MarkProvider] = []


def register_mark(provider: MarkProvider) -> None:
    _providers.append(provider)


def marks_of(resource_id: int) -> list[str]:
    return [words for provider in _providers if (words := provider(resource_id))]
