"""The link of a course: whether it opens (a visit, and two more where it did not answer), and how its platform is protected."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong import audit, jobs
from lifelong.accounts.models import User
from lifelong.resources import policy
from lifelong.resources.lifecycle import EDITABLE, State
from lifelong.resources.models import Finding, LinkCheck, Round, Version
from lifelong.standards.findings import Finding as Verdict
from lifelong.standards.links.checker import LinkFacts
from lifelong.standards.links.verdicts import judge_link, should_retry
from lifelong.standards.models import HostPlatform
from lifelong.standards.platforms import protection_finding
from lifelong.standards.queries import platform_for
from lifelong.standards.technical import packaged
from lifelong.web.refusals import NotAllowed

TASK = "lifelong.resources.tasks.check_link"
LIVING = EDITABLE | {State.UNIT_REVIEW}
PATIENCE = timedelta(minutes=1)  # between two visits that a person asks for


def judge_protection(version: Version, *, at: datetime, round: Round | None = None) -> None:
    """``link.protection`` from the register of host platforms; a changed or removed link takes its findings along."""
    link = round.values.get("link", "") if round else version.link
    of_link = version.findings.filter(round=round, media_file__isnull=True)
    if round is None:
        check = LinkCheck.objects.filter(version=version).first()
        if check is not None and check.url != link:
            of_link.delete()
            check.delete()
        if not link:
            of_link.delete()
    if link:
        verdict = protection_finding(platform_for(urlsplit(link).hostname or ""), timezone.localdate(at))
        _put(version, verdict, at=at, round=round)


@transaction.atomic
def ask_for_check(version: Version, *, by: User, at: datetime) -> LinkCheck:
    """The reporter wants to know now. Raises ``NotAllowed``; asked again within a minute, the check under way is given."""
    if not policy.can_check_link(by, version):
        raise NotAllowed(_("这项资源现在没有可以检查的链接。"))
    known = LinkCheck.objects.filter(version=version, url=version.link).first()
    if known is not None and (known.checked_at is None or at - known.checked_at < PATIENCE):
        return known
    return _begin(version, version.link, at=at)


def check_at_submission(version: Version, round: Round, *, at: datetime) -> LinkCheck | None:
    """One visit for the round; the desk waits for it as for any check."""
    return _begin(version, round.values["link"], at=at) if round.values["link"] else None


def _begin(version: Version, url: str, *, at: datetime) -> LinkCheck:
    check, _made = LinkCheck.objects.update_or_create(
        version=version, defaults={"url": url, "attempts": 0, "next_at": at, "checked_at": None, "outcome": {}}
    )
    jobs.enqueue(TASK, check.pk, url, 1, party=version.resource.institution_id)
    return check


@transaction.atomic
def record_check(check: LinkCheck, *, facts: LinkFacts, attempt: int, at: datetime) -> LinkCheck | None:
    """What a visit found, into the draft and the open round; where it may be a passing trouble, the next visit is set.

    Safe to repeat: an attempt that is written down already, or a link that was changed meanwhile, changes nothing.
    """
    version = Version.objects.select_for_update(of=("self",)).filter(pk=check.version_id).first()
    found = LinkCheck.objects.select_for_update().filter(pk=check.pk).first()
    if version is None or found is None or found.url != facts.url or found.attempts != attempt - 1:
        return found
    check = found
    check.attempts = attempt
    check.checked_at, check.outcome = at, facts.to_json()
    pause = should_retry(facts, check.attempts)
    check.next_at = at + pause if pause else None
    check.save()
    verdict = judge_link(facts, attempts=check.attempts)
    if version.state in LIVING and version.link == check.url:
        _put(version, verdict, at=at)
    round = _open_round(version)
    if round is not None and round.values.get("link") == check.url:
        _put(version, verdict, at=at, round=round)
    if check.next_at is not None:
        party = version.resource.institution_id
        jobs.enqueue(TASK, check.pk, check.url, attempt + 1, run_after=check.next_at, party=party)
    audit.record(
        "resources.link_checked", of=version, at=at, detail={"outcome": facts.outcome, "attempt": check.attempts}
    )
    return check


@transaction.atomic
def judge_links_of(platform: HostPlatform, *, at: datetime) -> int:
    """A platform's protection was settled: every draft and every open round with a link to it takes the new verdict."""
    judged = 0
    for host in platform.hosts.all():
        linked = Version.objects.filter(link__contains=host.host, deleted_at__isnull=True).exclude(
            state__in=[State.PUBLISHED, State.SUPERSEDED, State.WITHDRAWN, State.REFUSED]
        )
        judged += _judge_again(linked, at=at)
    return judged


def _judge_again(versions: Iterable[Version], *, at: datetime) -> int:
    count = 0
    for version in versions:
        if version.state in LIVING:
            judge_protection(version, at=at)
        if round := _open_round(version):
            judge_protection(version, at=at, round=round)
        count += 1
    return count


def _open_round(version: Version) -> Round | None:
    return version.rounds.filter(closed_at__isnull=True).order_by("-number").first()


def _put(version: Version, verdict: Verdict, *, at: datetime, round: Round | None = None) -> None:
    """The row of this rule, its explanation and what reviewers hung on it kept."""
    finding = version.findings.filter(round=round, media_file__isnull=True, rule=verdict.id).first()
    finding = finding or Finding(version=version, round=round, rule=verdict.id)
    finding.verdict, finding.required, finding.measured = (
        verdict.verdict,
        verdict.required[:300],
        verdict.measured[:300],
    )
    finding.message, finding.remedy = verdict.message, verdict.remedy
    finding.standard, finding.judged_at = (round.standard if round else packaged().version), at
    finding.save()
