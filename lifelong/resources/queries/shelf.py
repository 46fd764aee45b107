"""What an institution has already, as a sheet needs it: which row is which resource, and who holds which place in a series."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lifelong.institutions.models import Institution
from lifelong.resources.bundles import fold
from lifelong.resources.lifecycle import EDITABLE, ENDED, State
from lifelong.resources.models import KEY_LENGTH, Resource, Version, VersionFile
from lifelong.standards.metadata import identity

COLUMNS = (
    "pk", "resource_id", "resource__resource_id", "resource__own_number", "number", "state", "deleted_at", "title",
    "type", "series__title", "series_order", "row_key", "row_digest", "cover__original_name",
    "rights_file__original_name",
)  # fmt: skip


@dataclass(slots=True)
class Held:
    """The version of a resource that a row would change: the newest living one, else the newest."""

    version: int
    resource: int
    resource_id: str
    own_number: str
    number: int
    state: str
    deleted: bool
    title: str
    plain_key: str  # by title, type, series and order as they are now
    place: tuple[str, int] | None  # in a series
    cover: str
    rights_file: str
    keys: set[str] = field(default_factory=set)  # by which rows brought it in
    digests: set[str] = field(default_factory=set)  # of the rows that brought it in
    files: set[str] = field(default_factory=set)  # names of attached media, folded

    @property
    def editable(self) -> bool:
        return self.state in EDITABLE

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    def kept(self, digest: str) -> bool:
        """A row was brought in exactly like this before; what was edited on the page since stays."""
        return digest in self.digests and not self.deleted


class Shelf:
    """Everything of one institution, or what ``keys``, ``numbers`` and ``resources`` name of it; two queries."""

    def __init__(
        self, institution: Institution, *, keys: Iterable[str] | None = None, numbers: Iterable[str] = (),
        resources: Iterable[int] = (),
    ) -> None:  # fmt: skip
        own = Version.objects.filter(resource__institution=institution)
        if keys is not None:  # asked one by one: each by its own index
            wanted: set[Any] = set(resources) | set(
                own.filter(row_key__in=list(keys)).values_list("resource", flat=True)
            )
            numbered = Resource.objects.filter(institution=institution, own_number__in=list(numbers))
            own = own.filter(resource__in=wanted.union(numbered.values_list("pk", flat=True)))
        self.held: dict[int, Held] = {}
        for row in own.order_by("resource_id", "-number", "-pk").values_list(*COLUMNS):
            self._put(dict(zip(COLUMNS, row, strict=True)))
        self._name_files(institution)
        self._by_number = {held.own_number: held for held in self.held.values() if held.own_number}
        self._by_key: dict[str, Held] = {}
        self._by_plain: dict[str, list[Held]] = {}
        for held in self.held.values():
            if not held.ended:
                self._by_key.update(dict.fromkeys(held.keys, held))
            if not held.ended and not held.deleted:
                self._by_plain.setdefault(held.plain_key, []).append(held)
        self.places: dict[tuple[str, int], set[int]] = {}
        for held in self.held.values():
            if held.place and not held.deleted and not held.ended:
                self.places.setdefault(held.place, set()).add(held.resource)

    def exactly(self, values: Mapping[str, Any]) -> Held | None:
        """By 本单位编号, else by the row that brought it in."""
        if number := values.get("own_number"):
            return self._by_number.get(number)
        return self._by_key.get(identity(values)[:KEY_LENGTH])

    def nearly(self, values: Mapping[str, Any]) -> list[Held]:
        """By title, type, series and order, where only one of the two sides has a number."""
        plain = identity({name: value for name, value in values.items() if name != "own_number"})[:KEY_LENGTH]
        found = {held.resource: held for held in self._by_plain.get(plain, [])}
        if known := self._by_key.get(plain):
            found.setdefault(known.resource, known)
        return [held for held in found.values() if not (values.get("own_number") and held.own_number)]

    def _put(self, row: dict[str, Any]) -> None:
        """Rows come newest version first."""
        known = self.held.get(row["resource_id"])
        is_living = row["state"] not in ENDED and row["deleted_at"] is None
        if known is None or (is_living and (known.ended or known.deleted)):
            fresh = _held(row)
            if known is not None:
                fresh.digests, fresh.keys = known.digests, known.keys
            self.held[row["resource_id"]] = known = fresh
        if row["state"] != State.WITHDRAWN and row["row_digest"]:
            known.digests.add(row["row_digest"])
        if row["row_key"] and row["state"] not in ENDED:
            known.keys.add(row["row_key"])

    def _name_files(self, institution: Institution) -> None:
        by_version = {held.version: held for held in self.held.values()}
        entries = VersionFile.objects.filter(version__resource__institution=institution)
        if len(by_version) < 500:  # a chunk; all of them are too many to be named one by one
            entries = entries.filter(version__in=list(by_version))
        for version, name in entries.values_list("version_id", "media_file__original_name"):
            if version in by_version:
                by_version[version].files.add(fold(name))


def _held(row: Mapping[str, Any]) -> Held:
    series, order = row["series__title"], row["series_order"]
    place = (series, int(order)) if series and order.isdecimal() else None
    plain = {"title": row["title"], "type": row["type"], "series": series or None, "series_order": place and order}
    return Held(
        version=row["pk"], resource=row["resource_id"], resource_id=row["resource__resource_id"],
        own_number=row["resource__own_number"], number=row["number"], state=row["state"],
        deleted=row["deleted_at"] is not None, title=row["title"], plain_key=identity(plain)[:KEY_LENGTH], place=place,
        cover=row["cover__original_name"] or "", rights_file=row["rights_file__original_name"] or "",
    )  # fmt: skip
