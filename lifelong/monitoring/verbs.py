"""What this chapter writes into the trail, in words."""

from typing import Any

from django.utils.translation import gettext_lazy as _

VERBS: dict[str, Any] = {
    "monitoring.finding_moved": _("检查问题：改变状态"),
    "monitoring.recheck_asked": _("检查问题：请求复查"),
    "monitoring.finding_extended": _("检查问题：延长整改期"),
    "monitoring.brake_pulled": _("自动下架停下，等人决定"),
    "monitoring.brake_decided": _("决定是否放行自动下架"),
    "monitoring.line_mistrusted": _("几乎所有网站打不开，疑为本平台网络故障"),
    "monitoring.plan_changed": _("修改检查计划"),
    "monitoring.rule_changed": _("修改整改期"),
    "monitoring.limit_changed": _("修改检查限度"),
}
