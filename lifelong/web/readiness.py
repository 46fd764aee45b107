"""Whether this machine can do its work: chapters register what must be well for that. The web knows no chapter."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

logger = logging.getLogger(__name__)
Check = Callable[[], str]
Measure = Callable[[], float | None]
_checks: dict[str, Check] = {}
_measures: dict[str, dict[str, Measure]] = {}


@dataclass(frozen=True)
class Finding:
    """``trouble`` is empty where all is well, else one sentence; ``seconds`` is what the question took; ``measures``
    are figures worth following, such as how many changes the index lags behind."""

    name: str
    trouble: str
    seconds: float
    measures: dict[str, float]


def register(name: str, check: Check, **measures: Measure) -> None:
    """From ``AppConfig.ready``. ``check()`` answers within a second: empty text if all is well, else what is wrong.

    Each of ``measures`` answers a figure by its name; ``None`` where there is none now."""
    _checks[name], _measures[name] = check, measures


def findings() -> list[Finding]:
    return [asked(name, check) for name, check in _checks.items()]


def asked(name: str, check: Check) -> Finding:
    began = time.perf_counter()
    measured: dict[str, float] = {}
    try:
        trouble = check()
        found = {measure: ask() for measure, ask in _measures.get(name, {}).items()}
        measured = {measure: figure for measure, figure in found.items() if figure is not None}
    except Exception as error:
        logger.exception("readiness: %s", name)
        trouble = f"{type(error).__name__}: {error}"
    return Finding(name, trouble, time.perf_counter() - began, measured)
