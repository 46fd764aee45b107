from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "lifelong.accounts"
    verbose_name = "用户"

    def ready(self) -> None:
        from lifelong.accounts import health, receivers, words  # noqa: F401 - the receivers are connected by it
        from lifelong.audit.words import name_verbs
        from lifelong.web.desk import register_menu, register_waiting
        from lifelong.web.health import register_health, register_waits

        name_verbs(words.VERBS)
        register_menu(menu)
        register_waiting(waiting)
        register_health(health.signs)
        register_waits(health.waits)


def menu(user: Any) -> Iterable[Any]:
    from django.urls import reverse
    from django.utils.translation import gettext as _

    from lifelong.web.desk import Entry

    if user.has_right("people.read"):
        yield Entry(_("人员与角色"), reverse("people"), _("系统"), 80)
    if user.has_right("settings.manage"):
        yield Entry(_("主管部门"), reverse("authorities"), _("系统"), 81)


def waiting(user: Any) -> Iterable[Any]:
    """Second factor resets that wait for this person as the second administrator; sign-ins that are locked now; what nobody
    does yet, without which no call can begin."""
    from django.urls import reverse
    from django.utils import timezone
    from django.utils.translation import gettext as _

    from lifelong.accounts import queries
    from lifelong.web.desk import Waiting

    if user.has_right("people.read"):
        waiting_here = queries.open_factor_resets(timezone.now()).exclude(requested_by=user).exclude(user=user)
        if count := waiting_here.count():
            yield Waiting(_("待确认的第二因素重置"), count, reverse("people"), urgent=True)
    if user.has_right("accounts.unlock") and (locked := queries.number_locked(timezone.now())):
        note = _("半小时后自动解除；核实本人后可以提前解除")
        yield Waiting(_("登录被锁定的人员"), locked, reverse("people"), note=note)
    if user.has_right("settings.manage") and not queries.has_a_province():
        note = _("登记以后，安全管理员才能任命省级经办和审定")
        yield Waiting(_("还没有登记省级教育行政部门"), 1, reverse("authorities"), note=note)
    if user.has_right("roles.grant") and (vacant := queries.vacant_posts(timezone.now())):
        note = _("%(posts)s：至少各任命一人，征集才能开始") % {"posts": "、".join(str(post.label) for post in vacant)}
        yield Waiting(_("还没有人担任的岗位"), len(vacant), reverse("appoint"), note=note)
