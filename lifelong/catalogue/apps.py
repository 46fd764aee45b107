from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _


class CatalogueConfig(AppConfig):
    name = "lifelong.catalogue"
    verbose_name = "资源库"

    def ready(self) -> None:
        from lifelong.audit.words import name_verbs
        from lifelong.catalogue import (
            health,
            preview,
            receivers,  # noqa: F401 - they listen from now on
        )
        from lifelong.catalogue.words import VERBS
        from lifelong.resources.queries.preview import register_face
        from lifelong.web import desk, readiness
        from lifelong.web.health import register_health, register_waits

        name_verbs(VERBS)
        register_face(preview.face_of)
        desk.register_menu(_menu)
        desk.register_waiting(_waiting)
        readiness.register("index", _index, lag=_lag)
        register_health(health.signs)
        register_waits(health.waits)


def _menu(user: Any) -> Iterator[Any]:
    from lifelong.catalogue import policy
    from lifelong.web.desk import Entry

    if policy.can_open_library(user):
        yield Entry(_("资源库"), "/work/catalogue/", group=_("资源库"), order=60)
    if policy.can_answer_reports(user):
        yield Entry(_("问题反馈"), "/work/reports/", group=_("资源库"), order=61)
    if policy.can_compose_home(user):
        yield Entry(_("首页栏目"), "/work/home/", group=_("资源库"), order=62, sets=True)
    if policy.can_manage_lti(user):
        yield Entry(_("学校平台对接"), "/work/lti/", group=_("资源库"), order=62)


def _waiting(user: Any) -> Iterator[Any]:
    from lifelong.catalogue import policy
    from lifelong.catalogue.queries import desk
    from lifelong.web.desk import Waiting

    if policy.can_answer_reports(user) and (count := desk.open_reports()):
        yield Waiting(_("待答复的问题反馈"), count, "/work/reports/")
    if user.has_right("catalogue.restore") and (count := desk.hidden_count()):
        yield Waiting(_("已下架、待决定恢复或出库的资源"), count, "/work/catalogue/?state=hidden")


def _index() -> str:
    from lifelong.catalogue.queries.health import index_trouble

    return index_trouble()


def _lag() -> int | None:
    """Changes that the index of this machine has not taken over yet."""
    from lifelong.catalogue.queries.health import index_lag

    return index_lag()
