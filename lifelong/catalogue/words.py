"""The verbs of this chapter as the audit shows them."""

from django.utils.translation import gettext_lazy as _

VERBS = {
    "catalogue.admitted": _("资源入库上线"),
    "catalogue.suspended": _("资源下架"),
    "catalogue.restored": _("资源恢复上线"),
    "catalogue.retired": _("资源出库"),
    "catalogue.reported": _("收到问题反馈"),
    "catalogue.report_answered": _("答复问题反馈"),
    "catalogue.home_section_saved": _("保存首页栏目"),
    "catalogue.home_section_moved": _("移动首页栏目"),
    "catalogue.home_section_removed": _("去掉首页栏目"),
    "catalogue.lti_platform_saved": _("登记学校平台"),
    "catalogue.lti_key_made": _("生成对接密钥"),
    "catalogue.load_began": _("开始导入既有资源库"),
    "catalogue.loaded": _("导入既有资源"),
}
