"""What the operator's desk says of the mail."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.notices.models import MailState
from lifelong.notices.queries import way_of_mails
from lifelong.web.health import Part, Sign


def signs(at: datetime) -> Iterator[Sign]:
    def sign(name: str, title: str, figure: float, state: str, **more: Any) -> Sign:
        url = f"{reverse('outbox')}?state={state}"
        return Sign(f"mail.{name}", Part.BROKEN, title, figure, url=url, right="outbox.read", **more)

    now = way_of_mails()
    yield sign("failed", _("发送失败的邮件"), now.failed, MailState.FAILED, unit=_("封"), alarm_from=20, note=now.error)
    minutes = int((at - now.oldest_waiting_at).total_seconds() // 60) if now.oldest_waiting_at else 0
    yield sign(
        "stuck", _("邮件发不出去"), minutes, MailState.WAITING, unit=_("分钟"), watch_from=15, alarm_from=60, note=now.error,
        shown=_("%(n)s 封在等，最久 %(minutes)s 分钟") % {"n": now.waiting, "minutes": minutes} if now.waiting else "",
    )  # fmt: skip
    unset = now.kept if not settings.EMAIL_URL else 0
    yield sign(
        "kept", _("没有设置邮件服务器，邮件积存"), unset, MailState.KEPT, unit=_("封"),
        note=_("设置 EMAIL_URL 并重启后，可以在发件箱一次发出。"),
    )  # fmt: skip
