"""The verbs of this chapter as the audit shows them."""

from django.utils.translation import gettext_lazy as _

VERBS = {"demo.entered": _("以演示身份登录")}
