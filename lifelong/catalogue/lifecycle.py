"""How visible an entry is, and what a line of the change log says. Touches no database."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Visibility(models.TextChoices):
    PREPARED = "prepared", _("待上线")  # made ready with its batch, shown to nobody
    ONLINE = "online", _("在线")
    HIDDEN = "hidden", _("已下架")  # suspended: may come back
    GONE = "gone", _("已出库")  # retired: for good


SHOWN_NEXT: dict[Visibility, set[Visibility]] = {
    # a version that is published while its resource is suspended goes straight into hiding
    Visibility.PREPARED: {Visibility.ONLINE, Visibility.HIDDEN},
    Visibility.ONLINE: {Visibility.HIDDEN, Visibility.GONE},
    Visibility.HIDDEN: {Visibility.ONLINE, Visibility.GONE},
    Visibility.GONE: set(),
}


class ChangeKind(models.TextChoices):
    PUBLISHED = "published", _("上线")
    SUSPENDED = "suspended", _("下架")
    RESTORED = "restored", _("恢复")
    RETIRED = "retired", _("出库")
    COUNTED = "counted", _("计数更新")  # moves the order of lists, not what harvesters read
    RENAMED = "renamed", _("名称更新")  # an institution, a category: read from small tables, indexed anew


class ReportKind(models.TextChoices):
    PLAYBACK = "playback", _("不能播放或打不开")
    CONTENT = "content", _("内容有错误")
    UNFIT = "unfit", _("内容不适宜")
    RIGHTS = "rights", _("侵犯权利")
    OTHER = "other", _("其他")


class ReportState(models.TextChoices):
    OPEN = "open", _("处理中")
    ANSWERED = "answered", _("已答复")
