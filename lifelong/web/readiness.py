"""Whether this machine can do its work: chapters register what must be well for that. The web knows no chapter."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

logger = logging.getLogger(__name__)
Check = Callable[[], str]
_checks: dict[str, Check] = {}


@dataclass(frozen=True)
class Finding:
    """``trouble`` is empty where all is well, else one sentence; ``seconds`` is what the question took."""

    name: str
    trouble: str
    seconds: float


def register(name: str, check: Check) -> None:
    """From ``AppConfig.ready``. ``check()`` answers within a second: empty text if all is well, else what is wrong."""
    _checks[name] = check


def findings() -> list[Finding]:
    return [asked(name, check) for name, check in _checks.items()]


def asked(name: str, check: Check) -> Finding:
    began = time.perf_counter()
    try:
        trouble = check()
    except Exception as error:
        logger.exception("readiness: %s", name)
        trouble = f"{type(error).__name__}: {error}"
    return Finding(name, trouble, time.perf_counter() - began)
