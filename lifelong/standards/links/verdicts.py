"""Requirement ``link.reachable``: the verdict on what a visit found, and when to go again."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lifelong.standards.findings import Finding, Verdict
from lifelong.standards.links.checker import LinkFacts, Outcome
from lifelong.web.said import Said, said

ID = "link.reachable"
_WAITS = (timedelta(hours=1), timedelta(hours=6))
_PASSING_TROUBLE: tuple[Outcome, ...] = ("no_answer", "timed_out", "server_error")
_CANNOT_TELL: tuple[Outcome, ...] = ("turned_away", "robot_wall", "login_wall", "empty", "offline")


def next_try(attempts: int) -> timedelta | None:
    """How long to wait after ``attempts`` visits (1 for the one at submission); None where it was the last."""
    return _WAITS[attempts - 1] if 1 <= attempts <= len(_WAITS) else None


def should_retry(facts: LinkFacts, attempts: int) -> timedelta | None:
    """The wait before the next visit, or None where another would tell no more."""
    return next_try(attempts) if facts.outcome in _PASSING_TROUBLE else None


def judge_link(facts: LinkFacts, *, attempts: int = 1) -> Finding:
    """Pure: the finding after ``attempts`` visits, of which ``facts`` is the last."""
    message: str = message_of(facts)
    verdict = _verdict(facts, attempts)
    if verdict == "warn":
        hours = int(next_try(attempts).total_seconds() // 3600)  # type: ignore[union-attr]
        message += _("%(hours)d 小时后会再试一次。") % {"hours": hours}
    elif facts.outcome in _PASSING_TROUBLE:
        message += _("已先后试过 %(attempts)d 次。") % {"attempts": attempts}
    return Finding(ID, verdict, _("公共互联网上可以打开"), measured(facts), str(message), remedy_of(facts))


def _verdict(facts: LinkFacts, attempts: int) -> Verdict:
    if facts.outcome == "works":
        return "pass"
    if facts.outcome in _CANNOT_TELL:
        return "unknown"
    return "warn" if should_retry(facts, attempts) else "fail"


def measured(facts: LinkFacts) -> str:
    parts = [f"HTTP {facts.status}" if facts.status else ""]
    if facts.redirects:
        parts.append(_("跳转 %(count)d 次，到 %(url)s") % {"count": facts.redirects, "url": facts.final_url[:150]})
    return "，".join(part for part in parts if part) or _("没有得到网页")


#: What was found, with the holes that a visit fills.
MESSAGES: dict[Outcome, str] = {
    "works": gettext_noop("链接可以打开。"),
    "no_such_name": gettext_noop("这个网站名不存在，可能写错了。"),
    "not_found": gettext_noop("网站回答说这个页面不存在。"),
    "soft_not_found": gettext_noop("页面打开了，但内容说课程不存在或已删除：%(excerpt)s"),
    "parked": gettext_noop("网站的域名已出售或停放，打开的不再是课程。"),
    "certificate": gettext_noop("网站的安全证书无效（过期、与网站名不符或不受信任），浏览器会拦住学习者。"),
    "too_many_redirects": gettext_noop("链接跳转超过 5 次，没有停在课程页面上。"),
    "refused_address": gettext_noop("链接（或它跳转到的地址）不在公共互联网上，学习者打不开。"),
    "no_answer": gettext_noop("网站没有应答。"),
    "timed_out": gettext_noop("网站太慢，在规定时间内没有打开。"),
    "server_error": gettext_noop("网站出错（HTTP %(status)s）。"),
    "turned_away": gettext_noop("网站拒绝了自动检查（HTTP %(status)s），不能断定学习者打不开。"),
    "robot_wall": gettext_noop("网站要求人机验证，自动检查无法通过，不能断定学习者打不开。"),
    "login_wall": gettext_noop("打开后看到的是登录页，不能断定不登录能否学习。"),
    "empty": gettext_noop("页面打开了，但没有内容，不能断定能否学习。"),
    "offline": gettext_noop("检查所用的这台机器不能访问互联网，因此没有结论。"),
}


def message_of(facts: LinkFacts) -> Said:
    return said(MESSAGES[facts.outcome], excerpt=facts.excerpt[:80], status=facts.status)


def remedy_of(facts: LinkFacts) -> str:
    if facts.outcome in {"no_such_name", "not_found", "soft_not_found", "parked"}:
        return _("请在浏览器里（不登录）打开这个地址核对，改正后重新填写。")
    if facts.outcome in _PASSING_TROUBLE:
        return _("请联系课程所在平台恢复访问。")
    others: dict[Outcome, str] = {
        "certificate": _("请联系课程所在平台更换证书。"),
        "too_many_redirects": _("请填写跳转之后最终的课程地址。"),
        "refused_address": _("请填写不需要校园网或内网就能打开的公开地址。"),
        "offline": _("请系统管理员恢复网络后重新检查。"),
    }
    if facts.outcome in others or facts.outcome == "works":
        return others.get(facts.outcome, "")
    look = _("请审核人员在浏览器里打开链接看一看。")
    return look + (_("检查时看到的内容是：%(excerpt)s") % {"excerpt": facts.excerpt} if facts.excerpt else "")
