"""Where the built front end lies: the name a template uses → the hashed file that Vite made of it."""

import json
import logging
from functools import lru_cache
from pathlib import Path
from time import monotonic

from django.core.checks import CheckMessage, Warning, register
from django.templatetags.static import static

BUILT = Path(__file__).parent / "static" / "built"
NOT_BUILT = "前端还没有构建：请运行 ./run，或在 frontend 目录执行 npm ci 与 npm run build"
log = logging.getLogger(__name__)


def names() -> dict[str, str]:
    """All names and their files; empty if nothing was built yet. A new build is seen within a second."""
    return _names(int(monotonic()))


@lru_cache(maxsize=1)
def _names(second: int) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((BUILT / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def address_of(name: str) -> str:
    """Address of a built file. Pages without a build still open, unstyled: ``web.W001`` says why."""
    file = names().get(name)
    if file is None:
        if names():
            raise KeyError(f"no built file is called {name!r}; known: {', '.join(sorted(names()))}")
        log.warning(NOT_BUILT)
    return _address(file or name)


@lru_cache(maxsize=512)
def _address(file: str) -> str:
    """Fifty icons of a page ask for the same few addresses."""
    return static(f"built/{file}")


@register("web")
def front_end_is_built(app_configs: object, **options: object) -> list[CheckMessage]:
    return [] if names() else [Warning(NOT_BUILT, id="web.W001")]
