"""The institution's own list: filtered, sorted, with what is missing; a constant number of queries."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict

from lifelong.accounts.models import User
from lifelong.media.models import MediaFile, Rendition
from lifelong.resources.identifiers import as_written
from lifelong.resources.lifecycle import EDITABLE, State
from lifelong.resources.models import Finding, Verdict, Version
from lifelong.resources.queries.missing import Gap, known_about, living_findings, prepared, what_is_missing
from lifelong.resources.queries.reach import reach_of
from lifelong.resources.queries.reading import text_of
from lifelong.web.numerals import numerals
from lifelong.web.workbooks import Column

SORTS = {
    "saved": ("-saved_at", "-id"),
    "title": ("title", "id"),
    "state": ("state", "-saved_at"),
    "series": ("series__title", "series_order", "id"),
}
COLUMNS = [
    Column("资源ID", 14), Column("本单位编号", 14), Column("资源名称", 36), Column("状态", 12), Column("所属领域", 14),
    Column("资源类型", 14), Column("所属系列", 20), Column("不符", 8), Column("留意", 8), Column("还缺什么", 50), Column("退回期限", 18),
    Column("保存时间", 18),
]  # fmt: skip
PREPARING = EDITABLE | {State.UNIT_REVIEW}  # of these it is told what is missing
KEPT = timedelta(days=30)


@dataclass
class Row:
    version: Version
    gaps: list[Gap] = field(default_factory=list)
    fails: int = 0
    warns: int = 0
    judged: bool = False
    checking: bool = False
    cover_url: str = ""  # the page's to give: it is good for one session

    @property
    def preparing(self) -> bool:
        return self.version.state in EDITABLE

    @property
    def cover(self) -> MediaFile | Rendition | None:
        """The smallest picture of the cover that there is."""
        if self.version.cover is None:
            return None
        made = sorted(self.version.cover.renditions.all(), key=lambda rendition: rendition.width or 0)
        return made[0] if made else self.version.cover


def versions_of_institutions(user: User, *, deleted: bool = False) -> QuerySet[Version]:
    """What the person works on: every version of their institutions, the trash apart."""
    own = Version.objects.filter(resource__institution_id__in=reach_of(user).own)
    return own.filter(deleted_at__isnull=not deleted)


def newest_only(versions: QuerySet[Version]) -> QuerySet[Version]:
    """One row per resource: its newest living version."""
    newest = Version.objects.filter(resource=OuterRef("resource"), deleted_at__isnull=True).order_by("-number")
    return versions.filter(pk=Subquery(newest.values("pk")[:1]))


def filtered(versions: QuerySet[Version], asked: QueryDict) -> QuerySet[Version]:
    """``q state area type series call institution`` of the address, each repeated for "or"; ``sort``."""
    if text := asked.get("q", "").strip():
        number = as_written(text)
        versions = versions.filter(
            Q(title__icontains=text) | Q(resource__own_number__icontains=text) | Q(resource__resource_id=number or text)
        )
    for name, column in {
        "state": "state", "area": "area", "type": "type", "series": "series_id", "call": "call_id",
        "institution": "resource__institution__code",
    }.items():  # fmt: skip
        if chosen := [value for value in asked.getlist(name) if value]:
            values = numerals(chosen) if column.endswith("_id") else chosen
            versions = versions.filter(**{f"{column}__in": values})
    return versions.order_by(*SORTS.get(asked.get("sort", ""), SORTS["saved"]))


def rows(versions: list[Version], *, at: datetime) -> list[Row]:
    """For versions loaded through ``prepared``, ``PREPARING`` judged: what is missing (editable ones) and what the machine found."""
    known = known_about(versions, at=at)
    found = _counts([version for version in versions if version.state not in EDITABLE])
    listed = []
    for version in versions:
        row = Row(version)
        if version.state in PREPARING:
            row.gaps = what_is_missing(version, at=at, known=known)
            verdicts = [finding.verdict for finding in living_findings(version)]
            row.fails, row.warns, row.judged = (
                verdicts.count(Verdict.FAIL),
                verdicts.count(Verdict.WARN),
                bool(verdicts),
            )
        else:
            row.fails, row.warns = found.get(version.pk, (0, 0))
            row.judged = version.pk in found
        row.checking = any(entry.media_file.probe_state in {"waiting", "facts"} for entry in version.files.all())
        listed.append(row)
    return listed


def sheet_rows(listed: list[Row]) -> Iterator[list[Any]]:
    """In the order of ``COLUMNS``."""
    for row in listed:
        version = row.version
        yield [
            version.resource.resource_id, version.resource.own_number, version.title, str(State(version.state).label),
            text_of("area", version.area), text_of("type", version.type), str(version.series or ""), row.fails, row.warns,
            "\n".join(gap.text for gap in row.gaps), version.return_due_at, version.saved_at,
        ]  # fmt: skip


def _counts(versions: list[Version]) -> dict[int, tuple[int, int]]:
    """Fails and warnings of each version's newest round."""
    newest = Finding.objects.filter(
        version__in=versions, round__isnull=False, round__number=Subquery(
            Finding.objects.filter(version=OuterRef("version"), round__isnull=False)
            .order_by("-round__number").values("round__number")[:1]
        ),
    )  # fmt: skip
    counted = newest.values("version").annotate(
        fails=Count("pk", filter=Q(verdict=Verdict.FAIL)), warns=Count("pk", filter=Q(verdict=Verdict.WARN))
    )
    return {row["version"]: (row["fails"], row["warns"]) for row in counted}


def state_counts(user: User) -> dict[str, int]:
    versions = newest_only(versions_of_institutions(user))
    return dict(versions.order_by().values_list("state").annotate(Count("pk")))


def trash(user: User, at: datetime) -> QuerySet[Version]:
    deleted = versions_of_institutions(user, deleted=True).filter(deleted_at__gt=at - KEPT)
    return deleted.select_related("resource__institution", "series").order_by("-deleted_at")


def waiting_for_unit_review(user: User) -> QuerySet[Version]:
    """What the institution's reviewer is to sign, the nearest due date first."""
    waiting = Version.objects.filter(
        resource__institution_id__in=reach_of(user).signs_for, state=State.UNIT_REVIEW, deleted_at__isnull=True
    )
    return prepared(waiting).order_by("return_due_at", "state_at")
