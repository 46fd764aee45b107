from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class StandardsConfig(AppConfig):
    name = "lifelong.standards"
    verbose_name = "标准"

    def ready(self) -> None:
        from lifelong.audit.words import name_verbs
        from lifelong.standards import health
        from lifelong.web import desk
        from lifelong.web.health import register_waits

        post_migrate.connect(_fill_where_empty, sender=self)
        desk.register_menu(_menu)
        desk.register_waiting(_waiting)
        register_waits(health.waits)
        name_verbs(
            {
                "standards.category_added": gettext_lazy("增加分类"),
                "standards.category_proposed": gettext_lazy("提出待归类的分类"),
                "standards.category_renamed": gettext_lazy("分类改名"),
                "standards.category_moved": gettext_lazy("移动分类"),
                "standards.category_settled": gettext_lazy("归类"),
                "standards.category_merged": gettext_lazy("合并分类"),
                "standards.platform_registered": gettext_lazy("登记部署平台"),
                "standards.platform_corrected": gettext_lazy("修改部署平台"),
                "standards.evidence_proposed": gettext_lazy("提交等级保护证明材料"),
                "standards.evidence_accepted": gettext_lazy("核实等级保护证明材料"),
                "standards.evidence_refused": gettext_lazy("不采信等级保护证明材料"),
            }
        )


def _fill_where_empty(using: str, **_rest: object) -> None:
    """A database that was emptied (``flush``) has the packaged tree again; migration 0002 fills a new one."""
    from django.db import connections

    from lifelong.standards.actions.categories import load_tree
    from lifelong.standards.models import CategoryNode

    if using != "default" or CategoryNode._meta.db_table not in connections[using].introspection.table_names():
        return  # another chapter alone was migrated
    if not CategoryNode.objects.exists():
        load_tree()


def _menu(user: Any) -> Iterator[Any]:
    from django.urls import reverse

    from lifelong.web.desk import Entry

    if user.has_right("categories.manage"):
        yield Entry(_("分类"), reverse("categories-desk"), group=_("标准与词表"), order=60, sets=True)
    if user.has_right("platforms.propose") or user.has_right("platforms.manage"):
        yield Entry(_("部署平台"), reverse("platforms"), group=_("标准与词表"), order=61, sets=True)


def _waiting(user: Any) -> Iterator[Any]:
    from django.urls import reverse
    from django.utils import timezone

    from lifelong.standards import queries
    from lifelong.standards.models import CategoryNode
    from lifelong.web.desk import Waiting

    if user.has_right("categories.manage") and (pending := CategoryNode.objects.pending().count()):
        yield Waiting(_("分类待归类"), pending, reverse("categories-desk"))
    if user.has_right("platforms.manage"):
        if waiting := queries.waiting_evidence():
            yield Waiting(_("等级保护证明材料待核实"), waiting, f"{reverse('platforms')}?state=waiting")
        if expiring := queries.expiring(timezone.localdate()).count():
            yield Waiting(_("部署平台的证明将到期或刚到期"), expiring, f"{reverse('platforms')}?state=expiring")
