from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class TextsConfig(AppConfig):
    name = "lifelong.texts"
    verbose_name = "条文"

    def ready(self) -> None:
        from lifelong.audit.words import name_verbs
        from lifelong.web import desk

        desk.register_menu(_menu)
        name_verbs(
            {
                "texts.draft_saved": gettext_lazy("保存条文草稿"),
                "texts.draft_dropped": gettext_lazy("丢弃条文草稿"),
                "texts.put_in_force": gettext_lazy("公布条文版本"),
                "texts.called_off": gettext_lazy("撤回尚未施行的条文版本"),
                "texts.operator_saved": gettext_lazy("修改页脚与运营信息"),
            }
        )


def _menu(user: Any) -> Iterator[Any]:
    from django.urls import reverse

    from lifelong.web.desk import Entry

    if user.has_right("texts.manage"):
        yield Entry(_("条文与页脚"), reverse("texts"), group=_("资源库"), order=63, sets=True)
