"""Three provincial calls after the notice: one done, one in review on its last day, one open."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from lifelong.accounts.models import Role
from lifelong.calls.actions.composing import Span, draft_call, set_contacts
from lifelong.calls.actions.running import announce, publish_call
from lifelong.calls.lifecycle import Stage
from lifelong.calls.models import Call
from lifelong.calls.windows import beginning_of, end_of
from lifelong.demo.actions.cast import Cast

BODY = """各省辖市、济源示范区、省直管县（市）教育局，各有关高等学校：

为丰富数字化学习资源，服务全民终身学习，现开展资源征集工作。

一、征集范围。学历继续教育、非学历教育培训、老年教育和社区教育四个领域的视频、音频和网络课程；网络课程面向学历继续教育、非学历教育培训和社区教育，老年教育欢迎短视频。

二、工作程序。单位登记报送工作负责人，开通账号后在线报送；单位自审、省级审核、终审通过后分批上线，向全社会免费开放，资源版权仍归版权方所有。

三、有关要求。资源应符合《数字化学习资源参考技术标准》和《数字化学习资源元数据标准》，导向正确、科学准确，不含涉密和敏感信息，版权清楚。

四、联系方式见下。"""


def spans(today: date, days: tuple[int, int, int, int]) -> dict[str, Span]:
    """Windows that end so many days from today: registration, submission, provincial and final review."""
    stages = (Stage.REGISTRATION, Stage.SUBMISSION, Stage.PROVINCIAL_REVIEW, Stage.FINAL_REVIEW)
    begins = beginning_of(today + timedelta(days=days[0] - 20))
    return {
        stage: Span(ends_at=end_of(today + timedelta(days=end)), begins_at=begins if stage in stages[:2] else None)
        for stage, end in zip(stages, days, strict=True)
    }


def proclaim(cast: Cast, *, number: str, title: str, days: tuple[int, int, int, int], at: datetime) -> Call:
    """Compose and publish one call; ``days`` from the first start."""
    officer = cast.of(Role.DECIDING_OFFICER)
    today = timezone.localdate()
    call = draft_call(
        number,
        title=title,
        issued_by=cast.authorities["province"],
        by=officer,
        at=at,
        spans=spans(today, days),
        body=BODY,
    )
    contacts = [
        {"name": "苏老师", "telephone": "0371-60000000", "email": "handling@example.org", "note": "工作日 9:00–17:00"}
    ]
    set_contacts(call, contacts, by=officer, at=at)
    return publish_call(call, by=officer, at=at)


def remind(cast: Cast, call: Call, *, at: datetime) -> None:
    announce(
        call, kind="announcement", title="关于资源封面的说明", by=cast.of(Role.HANDLING_OFFICER), at=at,
        text="封面请使用 JPG 图片，建议宽 1280、高 720 像素，文字清楚，不带其他平台标识。",
    )  # fmt: skip
