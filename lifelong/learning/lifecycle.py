"""States of a comment, of a report about one, and why a study session ended. Touches no database."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CommentState(models.TextChoices):
    WAITING = "waiting", _("待审核")
    SHOWN = "shown", _("已显示")
    REFUSED = "refused", _("未通过")  # before it was ever shown
    REMOVED = "removed", _("已移除")  # after it was shown
    WITHDRAWN = "withdrawn", _("本人已删除")


#: From a state, where a comment may go. A refusal or removal may be appealed against, which leads back to SHOWN.
COMMENT_STEPS: dict[str, frozenset[str]] = {
    CommentState.WAITING: frozenset({CommentState.SHOWN, CommentState.REFUSED, CommentState.WITHDRAWN}),
    CommentState.SHOWN: frozenset({CommentState.REMOVED, CommentState.WITHDRAWN}),
    CommentState.REFUSED: frozenset({CommentState.SHOWN, CommentState.WITHDRAWN}),
    CommentState.REMOVED: frozenset({CommentState.SHOWN, CommentState.WITHDRAWN}),
    CommentState.WITHDRAWN: frozenset(),
}


def may_step(before: str, after: str) -> bool:
    return after in COMMENT_STEPS[before]


class FlagState(models.TextChoices):
    OPEN = "open", _("待处理")
    UPHELD = "upheld", _("属实")
    DISMISSED = "dismissed", _("不属实")


class SessionEnd(models.TextChoices):
    CLOSED = "closed", _("已离开")
    REPLACED = "replaced", _("在别处开始学习")  # the later of two sessions counts
    STOPPED = "stopped", _("不再计时")  # the resource went offline, or the learner withdrew the consent
