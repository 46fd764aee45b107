from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class NoticesConfig(AppConfig):
    name = "lifelong.notices"
    verbose_name = "通知"

    def ready(self) -> None:
        from lifelong.audit.words import name_verbs
        from lifelong.notices import health
        from lifelong.web import desk
        from lifelong.web.health import register_health

        desk.register_menu(_menu)
        desk.register_waiting(_waiting)
        desk.register_news(_news)
        register_health(health.signs)
        name_verbs(
            {
                "outbox.resent": gettext_lazy("重发邮件"),
                "outbox.sent_all": gettext_lazy("发出积存的邮件"),
                "notices.mail_chosen": gettext_lazy("修改收信方式"),
                "outbox.tested": gettext_lazy("发送测试邮件"),
            }
        )


def _menu(user: Any) -> Iterator[Any]:
    from django.urls import reverse

    from lifelong.web.desk import Entry

    if user.has_right("outbox.read"):
        yield Entry(_("发件箱"), reverse("outbox"), group=_("运行"), order=82)


def _waiting(user: Any) -> Iterator[Any]:
    from django.urls import reverse

    from lifelong.notices.queries import number_failed
    from lifelong.web.desk import Waiting

    if user.has_right("outbox.read") and (failed := number_failed()):
        yield Waiting(_("没有送达的邮件"), failed, f"{reverse('outbox')}?state=failed")


def _news(user: Any) -> Iterator[Any]:
    from django.urls import reverse

    from lifelong.notices.queries import notices_of
    from lifelong.web.desk import MOST_BESIDE, News

    for one in notices_of(user)[:MOST_BESIDE]:
        yield News(one.at, one.subject, reverse("notice", args=[one.pk]), unread=one.read_at is None)
