"""所属系列: an institution's series, made when it is first named."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.accounts.models import User
from lifelong.institutions.models import Institution
from lifelong.resources import policy
from lifelong.resources.models import Series
from lifelong.standards.metadata import standard
from lifelong.web.refusals import NotAllowed, Refusal


class SeriesRefused(Refusal):
    code = "series_refused"
    status = 422


def named(institution: Institution, title: str, *, at: datetime) -> Series | None:
    """The institution's series of this title, made where there is none; None without a title."""
    if not title:
        return None
    series, _made = Series.objects.get_or_create(institution=institution, title=title, defaults={"created_at": at})
    return series


def drop_if_unused(series: Series | None) -> None:
    """A series that no version names any more goes, lest every slip while typing leave one behind."""
    if series is not None:
        Series.objects.filter(pk=series.pk, version__isnull=True).delete()


@transaction.atomic
def create(institution: Institution, *, title: str, by: User, at: datetime) -> Series:
    """Raises ``SeriesRefused`` for an empty or taken title, ``NotAllowed``."""
    _guard(institution, by)
    title = _tidy(title)
    if Series.objects.filter(institution=institution, title=title).exists():
        raise SeriesRefused(_("已有同名系列「%(title)s」。") % {"title": title}, fields={"title": _("已有同名系列。")})
    series = Series.objects.create(institution=institution, title=title, created_at=at)
    audit.record("resources.series_created", by=by, of=series, at=at, detail={"title": title})
    return series


@transaction.atomic
def rename(series: Series, *, title: str, by: User, at: datetime) -> Series:
    """The new title shows on every version of the series; rounds keep the title they were submitted under."""
    _guard(series.institution, by)
    before, series.title = series.title, _tidy(title)
    try:
        with transaction.atomic():
            series.save(update_fields=["title"])
    except IntegrityError as error:
        series.title = before
        raise SeriesRefused(_("已有同名系列。"), fields={"title": _("已有同名系列。")}) from error
    audit.record("resources.series_renamed", by=by, of=series, at=at, detail={"from": before, "to": series.title})
    return series


def _guard(institution: Institution, by: User) -> None:
    if not policy.reports_for(by, institution):
        raise NotAllowed(_("只有本单位的报送工作负责人可以管理系列。"))


def _tidy(title: str) -> str:
    title, most = " ".join(title.split()), standard().field("series").max_length
    if not title or len(title) > most:
        text = _("系列名称应为 1–%(most)s 个字。") % {"most": most}
        raise SeriesRefused(text, fields={"title": text})
    return title
