"""The verbs of this chapter as the audit shows them."""

from django.utils.translation import gettext_lazy as _

VERBS = {
    "institutions.entered": _("登记单位"),
    "institutions.made_by_load": _("随既有资源库登记单位"),
    "institutions.changed": _("修改单位"),
    "institutions.quota_set": _("调整单位存储配额"),
    "institutions.mandate_opened": _("授予报送岗位"),
    "institutions.mandate_closed": _("结束报送岗位"),
}
