"""What inspection can find wrong, and what follows unless the operator decided otherwise (``TroubleRule``)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_noop as _

from lifelong.monitoring.lifecycle import Subject

BY_INSTITUTION, BY_PLATFORM = "institution", "platform"


@dataclass(frozen=True)
class Trouble:
    """``pause``: before the second look. ``cure_days``: from the letter to hiding; 0 hides as soon as it is confirmed."""

    code: str
    subject: Subject | None  # None: reported by people, and looked at by them
    named: str  # in the language of the translations' keys
    remedied: str
    pause: timedelta = timedelta(hours=6)
    cure_days: int = 14
    hides: bool = True
    mended_by: str = BY_INSTITUTION
    ends_with_version: bool = False  # no other look at what is online can find it mended

    @property
    def title(self) -> str:
        return gettext(self.named)

    @property
    def remedy(self) -> str:
        return gettext(self.remedied)


@dataclass(frozen=True)
class Rule:
    """A trouble with the period in force."""

    trouble: Trouble
    cure_days: int
    hides: bool


_SOON, _LOCAL = timedelta(minutes=30), timedelta(minutes=10)
_LINK = _("请联系课程所在平台恢复访问；课程搬了家，请报送新版本改正链接。")
_LICENCE = _("请续签授权，报送新版本，附上新的授权文件并写明截止日期。")
_FILE = _("由平台运营人员从备份恢复文件，单位不需要操作。")

TROUBLES: dict[str, Trouble] = {
    one.code: one
    for one in (
        Trouble("link_gone", Subject.LINK, _("链接页面不存在"), _LINK),
        Trouble("link_soft_gone", Subject.LINK, _("链接打开了，但内容说课程不存在或已下架"), _LINK),
        Trouble("link_no_name", Subject.LINK, _("链接的网站名已不存在"), _LINK),
        Trouble("link_parked", Subject.LINK, _("链接的域名已出售或停放"), _LINK, cure_days=3),
        Trouble("link_elsewhere", Subject.LINK, _("链接跳到了别处"), _("请核对跳转后的页面；不是原来的课程时，请报送新版本改正链接。"), cure_days=30, hides=False),
        Trouble("link_certificate", Subject.LINK, _("链接的安全证书无效"), _("请联系课程所在平台更换证书。")),
        Trouble("link_certificate_soon", Subject.LINK, _("链接的安全证书快到期"), _("请提醒课程所在平台按时更换证书。"), hides=False),
        Trouble("link_login", Subject.LINK, _("链接打开后要求登录"), _("请课程所在平台允许不登录学习，或报送可以直接打开的链接。"), cure_days=30, hides=False),
        Trouble("link_slow", Subject.LINK, _("链接打开太慢"), _("请课程所在平台改善访问速度。"), hides=False),
        Trouble("link_loops", Subject.LINK, _("链接反复跳转，停不下来"), _LINK),
        Trouble("link_closed", Subject.LINK, _("链接不在公共互联网上"), _("请报送不需要校园网或内网就能打开的地址。"), cure_days=7),
        Trouble("link_silent", Subject.LINK, _("链接的网站没有应答"), _LINK),
        Trouble("link_error", Subject.LINK, _("链接的网站出错"), _LINK),
        Trouble("file_changed", Subject.FILE, _("存储的原文件与入库时不一致"), _FILE, pause=_LOCAL, cure_days=0, mended_by=BY_PLATFORM),
        Trouble("file_missing", Subject.FILE, _("存储的原文件不见了"), _FILE, pause=_LOCAL, cure_days=3, mended_by=BY_PLATFORM),
        Trouble("made_changed", Subject.RENDITION, _("播放版本与生成时不一致"), _FILE, pause=_LOCAL, cure_days=0, mended_by=BY_PLATFORM),
        Trouble("made_missing", Subject.RENDITION, _("播放版本不见了"), _FILE, pause=_LOCAL, cure_days=0, mended_by=BY_PLATFORM),
        Trouble("play_broken", Subject.PLAYBACK, _("抽查的片段不能播放"), _FILE, pause=_LOCAL, cure_days=3, mended_by=BY_PLATFORM),
        Trouble("cover_broken", Subject.COVER, _("封面打不开或尺寸不对"), _("请报送新版本更换封面。"), pause=_LOCAL, hides=False),
        Trouble("caption_broken", Subject.CAPTION, _("字幕不能用"), _("请报送新版本更换字幕。"), pause=_LOCAL, hides=False),
        Trouble("proof_soon", Subject.EVIDENCE, _("部署平台的等级保护证明快到期"), _("请到「部署平台」补充最近一次测评的证明材料。"), pause=_LOCAL, cure_days=30, hides=False),
        Trouble("proof_over", Subject.EVIDENCE, _("部署平台的等级保护证明已到期"), _("请到「部署平台」补充最近一次测评的证明材料。"), pause=_LOCAL, cure_days=30, hides=False),
        Trouble("licence_soon", Subject.EVIDENCE, _("授权快到期"), _LICENCE, pause=_LOCAL, cure_days=30, hides=False, ends_with_version=True),
        Trouble("licence_over", Subject.EVIDENCE, _("授权已过期"), _LICENCE, pause=_LOCAL, ends_with_version=True),
        Trouble("text_word", Subject.TEXT, _("词表改动后，文字命中禁用词"), _("请报送新版本改正文字；用词没有问题时，请向平台运营说明。"), pause=_SOON, cure_days=3),
        Trouble("told_playback", None, _("公众反映：不能播放或打不开"), _("请核实并修好，修好后点「我已修好，请复查」。")),
        Trouble("told_content", None, _("公众反映：内容有错误"), _("请核实；内容要改时，请报送新版本。"), cure_days=30, hides=False),
        Trouble("told_rights", None, _("公众反映：侵犯权利"), _("请核实授权并向平台运营提供证明。"), cure_days=7),
        Trouble("told_unfit", None, _("公众反映：内容有害或不适宜"), _("请核实；内容要改时，请报送新版本。"), cure_days=0),
        Trouble("told_other", None, _("公众反映的其他问题"), _("请核实并处理。"), cure_days=30, hides=False),
    )
}  # fmt: skip
OF_PLATFORM = [one.code for one in TROUBLES.values() if one.mended_by == BY_PLATFORM]
#: Reaches everything of a kind within so many days; at most so many items and bytes in one of 144 runs a day.
PLANS: dict[Subject, tuple[int, int, int]] = {
    Subject.LINK: (7, 700, 0),
    Subject.FILE: (30, 500, 20 << 30),
    Subject.RENDITION: (30, 1_000, 20 << 30),
    Subject.PLAYBACK: (30, 200, 0),
    Subject.COVER: (30, 1_000, 0),
    Subject.CAPTION: (30, 1_000, 0),
    Subject.EVIDENCE: (7, 5_000, 0),
    Subject.TEXT: (30, 2_000, 0),
}
LIMITS: dict[str, tuple[Any, int]] = {
    "host_pause_s": (gettext_lazy("同一网站两次访问之间的间隔（秒）"), 2),
    "hidden_of_host": (gettext_lazy("同一网站出问题的资源超过这么多项，就停下自动下架，等人决定"), 10),
    "hidden_in_a_day": (gettext_lazy("一天最多自动下架（项），超过就停下等人决定"), 20),
}
