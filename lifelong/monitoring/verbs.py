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
    "monitoring.evaluation_started": _("发起年度评价"),
    "monitoring.evaluation_reckoned": _("算出年度评价"),
    "monitoring.evaluation_reckoned_again": _("重新计算年度评价"),
    "monitoring.evaluation_dropped": _("作废年度评价"),
    "monitoring.evaluation_decided": _("年度评价生效"),
    "monitoring.grade_moved": _("调整评价等级"),
    "monitoring.scheme_made": _("制定评价方案"),
    "monitoring.experts_asked": _("征求专家意见"),
    "monitoring.opinion_given": _("提交专家意见"),
    "monitoring.opinion_declined": _("谢绝专家意见"),
    "monitoring.statement_filed": _("提出评价申述"),
    "monitoring.statement_answered": _("答复评价申述"),
    "monitoring.remedy_chosen": _("选择改进或出库"),
    "monitoring.remedy_ended": _("整改办结"),
    "monitoring.threshold_set": _("修改告警阈值"),
}
