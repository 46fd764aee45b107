"""What a visit to a linked course means after publication: dead, elsewhere, slow, or nothing that can be said."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.utils.translation import gettext_noop as _

from lifelong.monitoring.looks import Seen, bad, fine, unknown
from lifelong.standards.links.checker import LinkFacts, Outcome
from lifelong.standards.links.verdicts import message_of
from lifelong.standards.platforms import SHARED
from lifelong.standards.queries import platform_for
from lifelong.web.said import said

SLOW_S = 10.0
CERTIFICATE_SOON = timedelta(days=14)
DEAD: dict[Outcome, str] = {
    "not_found": "link_gone",
    "soft_not_found": "link_soft_gone",
    "no_such_name": "link_no_name",
    "parked": "link_parked",
    "certificate": "link_certificate",
    "too_many_redirects": "link_loops",
    "refused_address": "link_closed",
    "no_answer": "link_silent",
    "timed_out": "link_silent",
    "server_error": "link_error",
    "login_wall": "link_login",
}
#: What may be our own line as well as theirs.
LINE_TROUBLES = {"link_no_name", "link_silent", "link_certificate", "link_closed", "link_loops"}


def judged(facts: LinkFacts, *, at: datetime) -> Seen:
    """A robot that is turned away (403, 429, a wall for people only) has seen nothing: unknown, never dead."""
    message = message_of(facts)
    evidence = facts.to_json()
    if facts.outcome in DEAD:
        # whatever answers at all may use other words each time; what it means is the same
        return bad(DEAD[facts.outcome], message, evidence=evidence, telling=f"{facts.status} {facts.url}")
    if facts.outcome != "works":
        return unknown(message, evidence=evidence)
    if elsewhere := _elsewhere(facts):
        return bad("link_elsewhere", elsewhere, evidence=evidence, telling=f"{facts.url} {facts.final_url}")
    if facts.certificate_until:
        until = datetime.fromisoformat(facts.certificate_until)
        if until - at < CERTIFICATE_SOON:
            note = said(_("网站的安全证书 %(day)s 到期。"), day=until.date().isoformat())
            return bad("link_certificate_soon", note, evidence=evidence, telling=facts.certificate_until)
    if facts.seconds > SLOW_S:
        note = said(_("用了 %(s)s 秒才打开。"), s=facts.seconds)
        return bad("link_slow", note, evidence=evidence, telling=facts.url)
    return fine(said(_("可以打开，用时 %(s)s 秒。"), s=facts.seconds), evidence=evidence)


def _elsewhere(facts: LinkFacts) -> str:
    """To another site's door, or from a course to the front door of its own."""
    if not facts.final_url:
        return ""
    asked, came = urlsplit(facts.url), urlsplit(facts.final_url)
    there, here = came.hostname or "", asked.hostname or ""
    if site_of(there) != site_of(here):
        platform = platform_for(here)
        if platform is None or platform_for(there) != platform:
            return said(_("跳到了另一个网站：%(url)s"), url=facts.final_url[:200])
    if len(asked.path) > 1 and came.path in {"", "/", "/index.html", "/index.htm"} and not came.query:
        return said(_("没有停在课程页面，跳到了网站首页：%(url)s"), url=facts.final_url[:200])
    return ""


def site_of(host: str) -> str:
    """``kc.zjnu.edu.cn`` → ``zjnu.edu.cn``"""
    labels = host.lower().rstrip(".").split(".")
    kept = 3 if ".".join(labels[-2:]) in SHARED else 2
    return ".".join(labels[-kept:])
