"""The verbs of this chapter as the audit shows them."""

from django.utils.translation import gettext_lazy as _

VERBS = {
    "calls.drafted": _("起草征集"),
    "calls.changed": _("修改征集草稿"),
    "calls.draft_deleted": _("删除征集草稿"),
    "calls.published": _("发布征集"),
    "calls.closed": _("停止征集"),
    "calls.reopened": _("恢复征集"),
    "calls.finished": _("办结征集"),
    "calls.extended": _("延长时间窗"),
    "calls.announced": _("发布公告或更正"),
    "calls.attachment_added": _("添加附件"),
    "calls.attachment_removed": _("删除附件"),
    "calls.contacts_set": _("设置联系人"),
    "calls.reminded": _("发送截止提醒"),
    "calls.registration_begun": _("开始登记"),
    "calls.registration_corrected": _("修改登记"),
    "calls.registration_submitted": _("提交登记"),
    "calls.registration_withdrawn": _("撤回登记"),
    "calls.registration_taken_in": _("代为录入登记"),
    "calls.registration_approved": _("通过登记"),
    "calls.registration_refused": _("退回登记"),
    "calls.mandate_confirmed": _("确认续用负责人"),
    "calls.email_proven": _("验证邮箱"),
    "calls.paper_added": _("放入登记材料"),
    "calls.link_sent_again": _("重新发送链接"),
    "calls.link_shown": _("当面显示激活链接"),
    "calls.address_corrected": _("更正登记邮箱"),
}
