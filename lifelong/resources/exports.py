"""What an institution takes along of its resources: short ones at once, long ones as prepared files (``media.prepared``)."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lifelong.accounts.models import User
from lifelong.calls.models import Call
from lifelong.calls.scope import Area, ResourceType
from lifelong.institutions.models import Institution
from lifelong.jobs import progress
from lifelong.media.prepared import Facts, Kind
from lifelong.resources import policy
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Series
from lifelong.resources.papers import summary_pdf
from lifelong.resources.queries import lists, summaries
from lifelong.resources.queries.missing import prepared
from lifelong.resources.queries.reach import reach_of
from lifelong.web import workbooks
from lifelong.web.numerals import numerals

LIST, SUMMARY = "resources.list", "resources.summary"
STRETCH = 500


def list_sheet(user: User, asked: QueryDict, *, at: datetime) -> bytes:
    """What the list shows under these filters, every page of it, with each gap in words."""
    title = list_title()
    return workbooks.workbook(title, lists.COLUMNS, _rows(user, asked, at), filters=filter_words(asked), made_at=at)


def list_title() -> str:
    return _("本单位资源")


def listed(user: User, asked: QueryDict) -> Any:
    return lists.filtered(lists.newest_only(lists.versions_of_institutions(user)), asked)


def _rows(user: User, asked: QueryDict, at: datetime) -> Iterator[list[Any]]:
    """Some hundred at a time, however many there are."""
    keys = list(listed(user, asked).values_list("pk", flat=True))
    for start in range(0, len(keys), STRETCH):
        progress.report(start, len(keys))
        stretch = keys[start : start + STRETCH]
        own = lists.versions_of_institutions(user).filter(pk__in=stretch)
        by_key = {one.pk: one for one in prepared(own, judged=lists.PREPARING)}
        yield from lists.sheet_rows(lists.rows([by_key[key] for key in stretch if key in by_key], at=at))


def filter_words(asked: QueryDict) -> list[str]:
    states = [str(State(one).label) for one in asked.getlist("state") if one in State.values]
    words = [_("状态：%s") % "、".join(states)] if states else []
    area, kind, text = (str(asked.get(name, "")).strip() for name in ("area", "type", "q"))
    words += [_("领域：%s") % Area(area).label] if area in Area.values else []
    words += [_("类型：%s") % ResourceType(kind).label] if kind in ResourceType.values else []
    series = Series.objects.filter(pk__in=numerals(asked.getlist("series"))).values_list("title", flat=True)
    words += [_("系列：%s") % "、".join(series)] if series else []
    words += [_("查找：%s") % text] if text else []
    return words


def write_list(path: Path, facts: Facts, by: User, at: datetime) -> str:
    path.write_bytes(list_sheet(by, QueryDict(facts["query"]), at=at))
    return f"{list_title()}.xlsx"


def write_summary(path: Path, facts: Facts, by: User, at: datetime) -> str:
    call, institution = _named(facts)
    path.write_bytes(summary_pdf(call, institution, list(summaries.rounds_of(call, institution)), at=at))
    return f"{_('报送汇总表')}-{institution.name}.pdf"


def may_see_summary(user: User, facts: Facts) -> bool:
    return policy.can_see_summary(user, _named(facts)[1])


def _named(facts: Facts) -> tuple[Call, Institution]:
    return Call.objects.get(number=facts["call"]), Institution.objects.get(code=facts["institution"])


def list_facts(user: User, asked: QueryDict) -> Facts:
    return {"query": asked.urlencode(), "own": sorted(reach_of(user).own)}


def may_see_list(user: User, facts: Facts) -> bool:
    """As long as the person acts for every institution that it is of."""
    return user.has_right("resources.sign") and reach_of(user).own.issuperset(facts["own"])


KINDS = [
    Kind(LIST, gettext_lazy("本单位资源"), write_list, may_see_list),
    Kind(SUMMARY, gettext_lazy("报送汇总表"), write_summary, may_see_summary),
]
