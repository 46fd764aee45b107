"""What stops a forward: a running check, an unwaived fail, a blocking hit that nobody cleared (spec 1), a licence that ran out."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from lifelong.media.lifecycle import ProbeState
from lifelong.media.models import MediaFile
from lifelong.media.queries import sampled
from lifelong.resources.lifecycle import Availability
from lifelong.resources.models import Finding, LinkCheck, Round, ScreeningHit, Verdict, Version
from lifelong.review.lifecycle import Stage
from lifelong.review.models import Clearance, Waiver

RUNNING = {ProbeState.WAITING, ProbeState.FACTS}


@dataclass(frozen=True)
class Obstacle:
    """``kind``: check | fail | block | retired | licence; ``text`` names it for the officer."""

    kind: str
    text: str
    count: int = 1


def unwaived(findings: "Iterable[Finding] | None" = None):
    """Fails without a standing waiver, as a queryset over all findings."""
    standing = Waiver.objects.filter(finding=OuterRef("pk"), lifted_at__isnull=True)
    return Finding.objects.filter(~Exists(standing), verdict=Verdict.FAIL)


def uncleared():
    """Blocking hits that nobody cleared, as a queryset over all hits."""
    return ScreeningHit.objects.filter(~Exists(Clearance.objects.filter(hit=OuterRef("pk"))), severity="block")


def running_checks(round: Round) -> int:
    """Files whose whole pass is outstanding, and a link that was not tried yet."""
    waiting = MediaFile.objects.filter(pk__in=media_of(round), probe_state__in=RUNNING).count()
    return waiting + LinkCheck.objects.filter(version=round.version_id, checked_at__isnull=True).count()


def media_of(round: Round) -> list[int]:
    return [file["id"] for file in round.files if file.get("kind", "media") == "media"]


def obstacles_of(round: Round, stage: Stage) -> list[Obstacle]:
    """Everything that stops a forward or an acceptance of this round; empty where it may go.

    The province need not wait for the full decode of a long file; the acceptance does (spec 2, Two passes).
    """
    found = []
    if round.version.resource.availability == Availability.RETIRED:
        found.append(Obstacle("retired", _("资源已出库，新的版本不能再上线，请不予通过")))
    if licence_is_over(round.version):
        over = _("授权已于 %(day)s 到期，请退回，由单位换上续签的授权文件和新的截止日期")
        found.append(Obstacle("licence", over % {"day": round.version.rights_until}))
    if running := running_checks(round):
        found.append(Obstacle("check", _("还有 %(n)s 项检测正在进行，请稍后再试") % {"n": running}, running))
    if stage == Stage.FINAL and (n := sampled().filter(pk__in=media_of(round)).count()):
        found.append(Obstacle("check", _("还有 %(n)s 个长视频正在完整解码，解完才能通过") % {"n": n}, n))
    fails = list(unwaived().filter(round=round).values_list("required", "rule"))
    if fails:
        names = "、".join(dict.fromkeys(required or rule for required, rule in fails))
        found.append(Obstacle("fail", _("%(n)s 条不符合技术标准且未豁免（%(names)s）") % {
            "n": len(fails), "names": names}, len(fails)))  # fmt: skip
    words = list(dict.fromkeys(uncleared().filter(round=round).values_list("word", flat=True)))
    if words:
        found.append(Obstacle("block", _("命中禁用词未排除（%(words)s）") % {"words": "、".join(words)}, len(words)))
    return found


def licence_is_over(version: Version) -> bool:
    """授权截止日期: the last day still counts."""
    return version.rights_until is not None and version.rights_until < timezone.localdate()


def unfit_to_publish(rounds: Iterable[Round]) -> list[str]:
    """Why, for each accepted version: a file not fully decoded, a fail found since that nobody waived, a licence that ran out."""
    rounds = list(rounds)
    waiting = set(
        sampled().filter(pk__in={pk for round in rounds for pk in media_of(round)}).values_list("pk", flat=True)
    )
    failed = set(unwaived().filter(round__in=[round.pk for round in rounds]).values_list("round", flat=True))
    decoding = [round.version.title for round in rounds if not waiting.isdisjoint(media_of(round))]
    broken = [round.version.title for round in rounds if round.pk in failed]
    ended = [round.version for round in rounds if licence_is_over(round.version)]
    return [
        *(_("《%(title)s》还在完整解码") % {"title": title} for title in decoding),
        *(_("《%(title)s》终审之后检出不符合且未豁免，请移出批次，退回处理") % {"title": title} for title in broken),
        *(
            _("《%(title)s》的授权已于 %(day)s 到期，请移出批次，退回由单位换上续签的授权文件")
            % {"title": version.title, "day": version.rights_until}
            for version in ended
        ),
    ]
