"""Verbs in words. A chapter names its own from ``AppConfig.ready``: ``name_verbs({"review.forwarded": _("推荐")})``."""

from typing import Any

from django.apps import apps

_words: dict[str, Any] = {}


def name_verbs(words: dict[str, Any]) -> None:
    _words.update(words)


def verb_in_words(verb: str) -> str:
    return str(_words.get(verb, verb))


def kind_in_words(target_type: str) -> str:
    """What an entry was about: ``accounts.user`` → 用户; the label itself where no such model stands any more."""
    try:
        return str(apps.get_model(target_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return target_type


def known_verbs() -> dict[str, str]:
    return {verb: str(word) for verb, word in sorted(_words.items())}
