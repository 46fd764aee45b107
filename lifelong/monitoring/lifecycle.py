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


class Subject(models.TextChoices):
    """What of a published resource is inspected."""

    LINK = "link", _("链接")
    FILE = "file", _("原文件")
    RENDITION = "made", _("播放版本")
    PLAYBACK = "play", _("播放")
    COVER = "cover", _("封面")
    CAPTION = "caption", _("字幕")
    EVIDENCE = "proof", _("等级保护与授权")
    TEXT = "text", _("文字内容")


class LookOutcome(models.TextChoices):
    OK = "ok", _("正常")
    BAD = "bad", _("不正常")
    UNKNOWN = "unknown", _("不能断定")


class FindingState(models.TextChoices):
    SUSPECTED = "suspected", _("待复核")  # seen once; nobody is told
    CONFIRMED = "confirmed", _("已确认")  # seen again from fresh; its letter goes out next
    NOTICED = "noticed", _("待整改")
    HIDDEN = "hidden", _("已自动下架")
    CURED = "cured", _("已修复")
    CLEARED = "cleared", _("复核正常")
    DISMISSED = "dismissed", _("已排除")
    ENDED = "ended", _("已不适用")  # the resource was retired


FINDING_STEPS: dict[FindingState, frozenset[FindingState]] = {
    FindingState.SUSPECTED: frozenset(
        {FindingState.CONFIRMED, FindingState.CLEARED, FindingState.DISMISSED, FindingState.ENDED}
    ),
    FindingState.CONFIRMED: frozenset(
        {
            FindingState.NOTICED,
            FindingState.HIDDEN,
            FindingState.CURED,
            FindingState.DISMISSED,
            FindingState.ENDED,
        }
    ),
    FindingState.NOTICED: frozenset(
        {FindingState.HIDDEN, FindingState.CURED, FindingState.DISMISSED, FindingState.ENDED}
    ),
    # back to NOTICED: somebody brought the resource back although it is not cured
    FindingState.HIDDEN: frozenset(
        {FindingState.NOTICED, FindingState.CURED, FindingState.DISMISSED, FindingState.ENDED}
    ),
    FindingState.CURED: frozenset(),
    FindingState.CLEARED: frozenset(),
    FindingState.DISMISSED: frozenset(),
    FindingState.ENDED: frozenset(),
}
OPEN_FINDINGS = [state for state, after in FINDING_STEPS.items() if after]
TOLD_FINDINGS = [FindingState.CONFIRMED, FindingState.NOTICED, FindingState.HIDDEN]


def after_look(state: FindingState, outcome: LookOutcome, *, early: bool) -> FindingState:
    """Where a finding stands after one more look; ``early``: the pause before the second look is not over.

    What cannot be told changes nothing. Hiding is no matter of looks alone, hence not decided here.
    """
    if outcome == LookOutcome.UNKNOWN or not FINDING_STEPS[state]:
        return state
    if outcome == LookOutcome.OK:
        return FindingState.CLEARED if state == FindingState.SUSPECTED else FindingState.CURED
    return FindingState.CONFIRMED if state == FindingState.SUSPECTED and not early else state


class RunState(models.TextChoices):
    RECKONING = "reckoning", _("计算中")
    RECKONED = "reckoned", _("已算出，待定")
    DECIDED = "decided", _("已生效")
    DROPPED = "dropped", _("已作废")


RUN_NEXT: dict[RunState, set[RunState]] = {
    RunState.RECKONING: {RunState.RECKONING, RunState.RECKONED, RunState.DROPPED},
    RunState.RECKONED: {RunState.RECKONING, RunState.DECIDED, RunState.DROPPED},
    RunState.DECIDED: set(),
    RunState.DROPPED: set(),
}


class OpinionState(models.TextChoices):
    ASKED = "asked", _("待答")
    GIVEN = "given", _("已答")
    DECLINED = "declined", _("谢绝")
    WITHDRAWN = "withdrawn", _("已收回")


class Chosen(models.TextChoices):
    """Why the experts were asked about a resource."""

    POOR = "poor", _("得分低")
    EXCELLENT = "excellent", _("得分高")
    LOT = "lot", _("抽签")


class Advice(models.TextChoices):
    RECOMMEND = "recommend", _("推荐")
    KEEP = "keep", _("继续使用")
    IMPROVE = "improve", _("改进后再用")
    WITHDRAW = "withdraw", _("建议出库")


class StatementState(models.TextChoices):
    OPEN = "open", _("待答复")
    UPHELD = "upheld", _("采纳")
    REJECTED = "rejected", _("不采纳")


class RemedyState(models.TextChoices):
    OFFERED = "offered", _("待单位选择")
    IMPROVING = "improving", _("改进中")
    WITHDRAWING = "withdrawing", _("同意出库，待办理")
    IMPROVED = "improved", _("已有新版本")
    WITHDRAWN = "withdrawn", _("已出库")
    LIFTED = "lifted", _("不再需要")


REMEDY_OPEN = {RemedyState.OFFERED, RemedyState.IMPROVING, RemedyState.WITHDRAWING}
REMEDY_OWED = {RemedyState.OFFERED, RemedyState.IMPROVING}  # by the institution, until the day
REMEDY_NEXT: dict[RemedyState, set[RemedyState]] = {
    RemedyState.OFFERED: {*REMEDY_OPEN, RemedyState.IMPROVED, RemedyState.WITHDRAWN, RemedyState.LIFTED},
    # an institution may think better of it until the other has happened
    RemedyState.IMPROVING: {RemedyState.WITHDRAWING, RemedyState.IMPROVED, RemedyState.WITHDRAWN, RemedyState.LIFTED},
    RemedyState.WITHDRAWING: {RemedyState.IMPROVING, RemedyState.IMPROVED, RemedyState.WITHDRAWN, RemedyState.LIFTED},
    RemedyState.IMPROVED: set(),
    RemedyState.WITHDRAWN: set(),
    RemedyState.LIFTED: set(),
}


class AlarmKind(models.TextChoices):
    FLAT = "flat", _("使用记录中断")  # nothing for hours
    LOW = "low", _("使用记录骤减")  # a day far under the same weekdays before
