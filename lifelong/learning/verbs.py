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
    "learning.certificate_issued": _("开具学时证明"),
    "learning.certificate_revoked": _("作废学时证明"),
}
