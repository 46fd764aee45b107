"""States of this chapter."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EventKind(models.TextChoices):
    VIEW = "view", _("浏览")
    PLAY = "play", _("播放")  # pressed; a play counts from ten seconds
    WATCH = "watch", _("收看")  # stretches that really ran since the last
    KEEP = "keep", _("收藏")
    RATE = "rate", _("评分")
    GO = "go", _("前往学习")  # from a linked course to the platform where it runs


class Standing(models.TextChoices):
    """Whose event it is: only the public's is counted, the others are kept so that what was left out can be shown."""

    PUBLIC = "public", _("公众")
    ROBOT = "robot", _("机器人")
    STAFF = "staff", _("工作人员")
    OWN = "own", _("资源所属单位")


class Scope(models.TextChoices):
    ALL = "all", _("全部")
    INSTITUTION = "inst", _("单位")
    REGION = "region", _("地区")
    CATEGORY = "category", _("分类")
    AREA = "area", _("领域")
