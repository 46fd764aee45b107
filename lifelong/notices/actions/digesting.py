"""每天一封汇总: what came since the last one, grouped, each line one press from its place."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong.notices.actions.sending import mail_to
from lifelong.notices.groups import Line, Way, every_group, group_of, groups_for
from lifelong.notices.models import MailChoice, Notice

MOST_LINES = 100


def write_due(*, at: datetime) -> int:
    """The digests whose hour has come; returns how many mails there are. One that was missed is caught up once."""
    concerned = set(Notice.objects.filter(awaits_digest=True).values_list("user", flat=True).distinct())
    for group in every_group():
        if group.counted:
            concerned.update(group.counted.people(at))
    return sum(_write(number, at=at) for number in sorted(concerned))


@transaction.atomic
def _write(number: int, *, at: datetime) -> bool:
    MailChoice.objects.get_or_create(user_id=number)
    choice = MailChoice.objects.select_for_update(of=("self",)).select_related("user").get(user_id=number)
    due = last_hour(choice.hour, at)
    if choice.digested_at and choice.digested_at >= due:
        return False
    sections = _told(number, due) | _counted(choice, choice.digested_at or due - timedelta(days=1), due)
    Notice.objects.filter(user=number, awaits_digest=True, at__lte=due).update(awaits_digest=False)
    choice.digested_at = due
    choice.save(update_fields=["digested_at"])
    user = choice.user
    if not sections or not user.is_active or not user.email:
        return False
    lines = sum(map(len, sections.values()))
    subject = _("%(day)s 的汇总：%(n)s 条") % {"day": f"{timezone.localtime(due):%Y-%m-%d}", "n": lines}
    mail_to(user.email, user=user, subject=subject, text=_text(sections), at=at)
    return True


def last_hour(hour: int, at: datetime) -> datetime:
    """The latest instant of this hour, by the platform's clock, that is not after ``at``."""
    local = timezone.localtime(at)
    today = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today <= local else today - timedelta(days=1)


def _told(number: int, until: datetime) -> dict[str, list[Line]]:
    """The notices that waited and were not read meanwhile; several of one place are one line, the newest speaks."""
    places: dict[tuple[str, str], list[Notice]] = {}
    waiting = Notice.objects.filter(user=number, awaits_digest=True, read_at=None, at__lte=until)
    for notice in waiting.order_by("at", "pk"):
        group = group_of(notice.kind)
        title = str(group.title) if group else _("消息")
        url = notice.url or reverse("notice", args=[notice.pk])
        places.setdefault((title, url), []).append(notice)
    sections: dict[str, list[Line]] = {}
    for (title, url), notices in places.items():
        text = notices[-1].subject
        if len(notices) > 1:
            text = _("%(newest)s（共 %(n)s 条）") % {"newest": text, "n": len(notices)}
        sections.setdefault(title, []).append(Line(text, url))
    return sections


def _counted(choice: MailChoice, since: datetime, until: datetime) -> dict[str, list[Line]]:
    sections = {}
    for group in groups_for(choice.user):
        if group.counted and choice.ways.get(group.name, group.usual) == Way.DIGEST:
            sections[str(group.title)] = list(group.counted.lines(choice.user, since, until))
    return {title: lines for title, lines in sections.items() if lines}


def _text(sections: dict[str, list[Line]]) -> str:
    left, parts = MOST_LINES, []
    for title, lines in sections.items():
        if shown := lines[:left]:
            parts.append("\n".join([f"【{title}】", *_shown(shown)]))
        left -= len(shown)
    more = sum(map(len, sections.values())) - MOST_LINES
    if more > 0:
        address = settings.SITE_URL + reverse("notices")
        parts.append(_("另有 %(n)s 条，在站内看：%(address)s") % {"n": more, "address": address})
    return "\n\n".join(parts)


def _shown(lines: Iterable[Line]) -> list[str]:
    return [f"· {line.text}\n  {settings.SITE_URL}{line.url}" for line in lines]
