"""What this chapter writes into the trail about what learners say and ask for, in words."""

from django.utils.translation import gettext_lazy as _

VERBS = {
    "learning.commented": _("发表评论"),
    "learning.comment_withdrawn": _("删除本人评论"),
    "learning.comment_flagged": _("举报评论"),
    "learning.comment_appealed": _("对评论处理提出申诉"),
    "learning.comment_shown": _("通过评论"),
    "learning.comment_refused": _("评论不予通过"),
    "learning.comment_removed": _("移除评论"),
    "learning.flags_dismissed": _("举报不属实"),
    "learning.appeal_granted": _("采纳评论申诉"),
    "learning.appeal_rejected": _("不采纳评论申诉"),
    "learning.data_exported": _("导出本人数据"),
    "learning.store_saved": _("登记或修改学习记录库"),
    "learning.store_tested": _("测试学习记录库"),
    "learning.statements_agreed": _("同意转送学习记录"),
    "learning.statements_withdrawn": _("撤回转送学习记录的同意"),
    "learning.statements_retried": _("重发被退回的学习陈述"),
    "learning.statements_dropped": _("放弃被退回的学习陈述"),
    "learning.certificate_issued": _("开具学时证明"),
    "learning.certificate_revoked": _("作废学时证明"),
}
