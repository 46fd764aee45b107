"""报送汇总表: what an institution has handed in under a call, each resource once, by its newest round."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Max, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.calls.models import Call, Letter, LetterKind
from lifelong.institutions.models import Institution
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Round
from lifelong.resources.queries.reach import reach_of
from lifelong.resources.queries.reading import text_of
from lifelong.web.workbooks import Column

COLUMNS = [
    Column("序号", 6), Column("资源ID", 14), Column("资源名称", 36), Column("资源类型", 14), Column("所属领域", 14),
    Column("主讲人", 20), Column("资源时长", 10), Column("版权方", 24), Column("回执编号", 18), Column("报送时间", 18),
    Column("状态", 12),
]  # fmt: skip


def newest_of(rounds: QuerySet[Round]) -> QuerySet[Round]:
    """The newest of these rounds of each resource; found in one pass, whatever their number."""
    newest = rounds.order_by().values("version__resource").annotate(newest=Max("pk")).values("newest")
    return Round.objects.filter(pk__in=newest)


def rounds_of(call: Call, institution: Institution) -> QuerySet[Round]:
    """The newest round of every resource of the institution under the call; what was withdrawn is left out."""
    return (
        newest_of(Round.objects.filter(call=call, version__resource__institution=institution))
        .exclude(version__state=State.WITHDRAWN)
        .select_related("version__resource", "submitted_by")
        .order_by("submitted_at", "pk")
    )


class Listed(NamedTuple):
    """As much of a line as the whole list is counted by."""

    pk: int
    receipt_number: str
    type: str


def listed_of(call: Call, institution: Institution) -> list[Listed]:
    """``rounds_of`` without what was handed in."""
    rounds = rounds_of(call, institution).annotate(kind=KeyTextTransform("type", "values"))
    return [Listed(*row) for row in rounds.values_list("pk", "receipt_number", "kind")]


def rounds_on(page: Iterable[Listed]) -> list[Round]:
    found = Round.objects.filter(pk__in=[one.pk for one in page]).select_related("version__resource").defer("files")
    return list(found.order_by("submitted_at", "pk"))


def rows_of(rounds: Iterable[Round], first: int = 1) -> list[list[Any]]:
    """In the order of ``COLUMNS``, as each was handed in."""
    return [
        [
            place, round.version.resource.resource_id, round.values.get("title", ""),
            text_of("type", round.values.get("type")), text_of("area", round.values.get("area")),
            round.values.get("speakers", ""), round.values.get("duration", ""), round.values.get("rights_holder", ""),
            round.receipt_number, round.submitted_at, str(State(round.version.state).label),
        ]
        for place, round in enumerate(rounds, first)
    ]  # fmt: skip


@dataclass(frozen=True)
class Stamped:
    """The newest stamped scan, and how it stands to what is handed in now."""

    letter: Letter
    added: int = 0  # handed in since, so not on the paper
    gone: int = 0  # on the paper and no longer there

    @property
    def agrees(self) -> bool:
        return not self.added and not self.gone


def stamped_of(call: Call, institution: Institution, receipts: Iterable[str]) -> Stamped | None:
    letter = call.letters.filter(institution=institution, kind=LetterKind.SUMMARY).select_related("added_by").first()
    if letter is None:
        return None
    now, then = set(receipts), set(letter.listed)
    return Stamped(letter, len(now - then), len(then - now))


def number_of(call: Call, institution: Institution) -> str:
    """What the paper is filed under."""
    return f"HZ-{call.number}-{institution.code}"


@dataclass(frozen=True)
class Sheet:
    """A line of the reporter's list of summaries."""

    call: Call
    institution: Institution
    resources: int
    stamped_at: datetime | None


def summaries_of(user: User) -> list[Sheet]:
    """One per call and institution of the person's; three queries."""
    own = reach_of(user).own
    counted = (
        Round.objects.filter(version__resource__institution__in=own, call__isnull=False)
        .exclude(version__state=State.WITHDRAWN)
        .order_by().values("call", "version__resource__institution").annotate(n=Count("version__resource", distinct=True))
    )  # fmt: skip
    found = {(row["call"], row["version__resource__institution"]): row["n"] for row in counted}
    calls = Call.objects.in_bulk({call for call, _of in found})
    institutions = Institution.objects.in_bulk({of for _call, of in found})
    scans = Letter.objects.filter(kind=LetterKind.SUMMARY, institution__in=own).order_by("added_at", "pk")
    stamped = {(call, of): at for call, of, at in scans.values_list("call", "institution", "added_at")}
    listed = [Sheet(calls[call], institutions[of], n, stamped.get((call, of))) for (call, of), n in found.items()]
    return sorted(listed, key=lambda one: (one.call.pk, one.institution.code), reverse=True)


def totals(types: Sequence[str]) -> str:
    """共 12 项：短视频 10 项，网络课程 2 项."""
    by_type = Counter(text_of("type", one) for one in types)
    parts = "，".join(_("%(name)s %(n)s 项") % {"name": name, "n": n} for name, n in sorted(by_type.items()))
    return _("共 %(n)s 项") % {"n": len(types)} + (f"：{parts}" if parts else "")
