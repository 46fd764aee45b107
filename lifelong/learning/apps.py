from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class LearningConfig(AppConfig):
    name = "lifelong.learning"
    verbose_name = gettext_lazy("学习")

    def ready(self) -> None:
        from lifelong.audit.words import name_verbs
        from lifelong.learning import health, receivers  # noqa: F401 - they listen from now on
        from lifelong.learning.verbs import VERBS
        from lifelong.web import desk
        from lifelong.web.health import register_waits

        name_verbs(VERBS)
        desk.register_menu(menu)
        desk.register_waiting(waiting_comments)
        register_waits(health.waits)


def menu(user: Any) -> Iterator[Any]:
    from django.urls import reverse

    from lifelong.web.desk import Entry

    if user.has_right("comments.moderate"):
        yield Entry(_("评论审核"), reverse("comment_desk"), group=_("学习"), order=70)
    if user.has_right("statements.manage"):
        yield Entry(_("学习记录库（xAPI）"), reverse("statement_stores"), group=_("学习"), order=72)
    if user.has_right("certificates.revoke"):
        yield Entry(_("学时证明"), reverse("certificate_desk"), group=_("学习"), order=71)


def waiting_comments(user: Any) -> Iterator[Any]:
    """Comments, flags and appeals that wait for the moderator."""
    from django.urls import reverse

    from lifelong.learning.queries.voices import numbers
    from lifelong.web.desk import Waiting

    if not user.has_right("comments.moderate"):
        return
    found, desk = numbers(), reverse("comment_desk")
    for show, title in (("waiting", _("待审核的评论")), ("flagged", _("被举报的评论")), ("appealed", _("评论申诉"))):
        if found[show]:
            yield Waiting(title, found[show], f"{desk}?show={show}")
