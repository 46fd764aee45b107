from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class ScreeningConfig(AppConfig):
    name = "lifelong.screening"
    verbose_name = "内容筛查"

    def ready(self) -> None:
        from lifelong.audit.words import name_verbs
        from lifelong.screening import receivers  # noqa: F401 - connects them
        from lifelong.web import desk

        desk.register_menu(_menu)
        name_verbs(
            {
                "screening.list_made": gettext_lazy("新建词表"),
                "screening.list_changed": gettext_lazy("修改词表"),
                "screening.words_added": gettext_lazy("增加词"),
                "screening.words_removed": gettext_lazy("去掉词"),
                "screening.phrase_allowed": gettext_lazy("放行短语"),
                "screening.phrases_removed": gettext_lazy("去掉放行短语"),
            }
        )


def _menu(user: Any) -> Iterator[Any]:
    from django.urls import reverse

    from lifelong.web.desk import Entry

    if user.has_right("words.manage"):
        yield Entry(_("词表"), reverse("word-lists"), group=_("标准与词表"), order=62, sets=True)
