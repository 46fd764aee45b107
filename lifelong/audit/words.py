"""Verbs in words. A chapter names its own from ``AppConfig.ready``: ``name_verbs({"review.forwarded": _("推荐")})``."""

from typing import Any

_words: dict[str, Any] = {}


def name_verbs(words: dict[str, Any]) -> None:
    _words.update(words)


def verb_in_words(verb: str) -> str:
    return str(_words.get(verb, verb))


def known_verbs() -> dict[str, str]:
    return {verb: str(word) for verb, word in sorted(_words.items())}
