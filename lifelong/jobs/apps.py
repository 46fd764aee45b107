from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class JobsConfig(AppConfig):
    name = "lifelong.jobs"
    verbose_name = "任务"

    def ready(self) -> None:
        from lifelong.audit.words import name_verbs
        from lifelong.jobs import health
        from lifelong.web import desk
        from lifelong.web.health import register_health

        desk.register_menu(_menu)
        desk.register_waiting(_waiting)
        register_health(health.signs)
        name_verbs(
            {
                "jobs.retried": gettext_lazy("重新执行任务"),
                "jobs.cancelled": gettext_lazy("取消任务"),
                "jobs.dropped": gettext_lazy("清除失败的任务"),
            }
        )


def _menu(user: Any) -> Iterator[Any]:
    from django.urls import reverse

    from lifelong.web.desk import Entry

    if user.has_right("jobs.read"):
        yield Entry(_("后台任务"), reverse("jobs"), group=_("运行"), order=80)


def _waiting(user: Any) -> Iterator[Any]:
    from django.urls import reverse

    from lifelong.jobs.queries import number_dead
    from lifelong.web.desk import Waiting

    if user.has_right("jobs.manage") and (dead := number_dead()):
        yield Waiting(_("多次失败、需要查看的后台任务"), dead, f"{reverse('jobs')}?state=dead")
