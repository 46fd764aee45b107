"""What the validator may not look up itself."""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from lifelong.standards.categories import Tree
from lifelong.standards.metadata.standard import Standard, standard

Stage = Literal["draft", "sheet", "submit", "load"]

# Whose absence is an error at each stage; elsewhere it is still to do, and a load says nothing of it (interfaces.md).
NEEDED: dict[Stage, frozenset[str]] = {
    "draft": frozenset(),
    "sheet": frozenset({"title", "type", "summary", "rights_holder", "speakers"}),
    "submit": frozenset({"title", "type", "summary", "rights_holder", "speakers", "cover", "area"}),
    "load": frozenset({"title", "type", "area"}),
}


def _no_platform(host: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Media:
    """What was measured on the files that are here: kinds ``A01``/``A02`` of their contents, total length in seconds."""

    kinds: frozenset[str] = frozenset()
    duration_s: float | None = None


def _no_media(files: str) -> Media | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything outside the values that a verdict depends on.

    ``stage``: ``draft`` a form being filled (absence is still to do), ``sheet`` rows of a table (required texts must be
    there, files may follow), ``submit``, ``load`` (an old library; only what is given is judged).
    ``platform_name`` gives the registered platform of a host. ``media`` is ``None`` while nothing was measured;
    ``media_of`` gives it for the files that a row of a sheet names.
    ``attached``: which of ``cover``, ``files``, ``rights_file`` are really here; ``file_names``: names that came with a
    sheet, folded by ``fold_file_name``. ``owner_names``: names of the institution; empty means not known, and
    nothing is said of other owners. ``taken_orders``: (series, order as number) → key of the record that holds it;
    ``key`` is the record's own, where it is not simply its ``identity``.
    """

    today: date
    tree: Tree
    stage: Stage = "draft"
    platform_name: Callable[[str], str | None] = _no_platform
    media: Media | None = None
    media_of: Callable[[str], Media | None] = _no_media
    attached: frozenset[str] = frozenset()
    file_names: Container[str] = frozenset()
    owner_names: frozenset[str] = frozenset()
    taken_orders: Mapping[tuple[str, int], str] = field(default_factory=dict)
    key: str | None = None
    standard: Standard = field(default_factory=standard)
