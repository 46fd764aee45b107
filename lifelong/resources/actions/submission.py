"""报送: hand a version in. Freezes a round, draws a receipt, tells who waits (spec 1, Submission and What stops what)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong import notices
from lifelong.accounts.models import User
from lifelong.calls.models import Call
from lifelong.institutions.models import Institution, MandateRole
from lifelong.media import actions as media
from lifelong.resources import events, policy
from lifelong.resources.actions import findings, links, receipts, screening, signing
from lifelong.resources.actions.drafts import lock
from lifelong.resources.actions.steps import IllegalStep, Reasons, move
from lifelong.resources.lifecycle import State, Verb
from lifelong.resources.models import Round, Signature, Version
from lifelong.resources.queries import submitting
from lifelong.resources.queries.freezing import files_of, values_of
from lifelong.resources.queries.judging import media_files_of
from lifelong.resources.queries.missing import Gap, what_is_missing
from lifelong.resources.queries.reach import reach_of
from lifelong.standards.technical import packaged
from lifelong.web.refusals import NotAllowed, Refusal
from lifelong.web.templatetags.web import moment


class NotReady(Refusal):
    """Something is missing; ``gaps`` are the sentences with their places, ``fields`` the first sentence of each field."""

    code = "not_ready"
    status = 422

    def __init__(self, version: Version, gaps: Sequence[Gap]) -> None:
        fields: dict[str, str] = {}
        for gap in gaps:
            fields.setdefault(gap.field, gap.text)
        text = _("《%(title)s》还不能报送，有 %(count)s 处需要处理。") % {
            "title": version.title or _("未命名资源"), "count": len(gaps),
        }  # fmt: skip
        super().__init__(text, fields=fields)
        self.gaps = list(gaps)


@transaction.atomic
def submit(
    version: Version, *, call: Call, signature: Signature | None, by: User, at: datetime, on_behalf_of: str = ""
) -> Round:
    """Refused only for what spec 1 lists; every other fail goes along with its sentence.

    Raises ``NotReady`` with every gap at once, ``IllegalStep`` where it was handed in already, ``NotAllowed``.
    """
    locked = _mine(version, by)
    gaps = [
        *what_is_missing(locked, at=at),
        *submitting.stops(locked, call=call, at=at),
        *submitting.unsigned(locked, signature),
    ]
    if gaps:
        raise NotReady(locked, gaps)
    in_grace = submitting.standing(locked, call, at).in_grace
    locked.call, locked.first_submitted_at = call, locked.first_submitted_at or at
    locked.save(update_fields=["call", "first_submitted_at"])
    round = _freeze(locked, call=call, signature=signature, by=by, at=at, in_grace=in_grace)
    note = _("第 %(number)s 轮") % {"number": round.number}
    move(
        locked, to=State.SUBMITTED, verb=Verb.SUBMITTED, by=by, at=at, round=round, note=note, on_behalf_of=on_behalf_of
    )
    media.decode_fully(media_files_of(locked))
    events.version_submitted.send(sender=Version, version=locked, round=round, by=by, at=at)
    _tell(round, at=at)
    version.refresh_from_db()
    return round


@dataclass
class Outcome:
    """What became of one version in a list: its round, or the refusal that says why not."""

    version: Version
    round: Round | None = None
    refusal: Refusal | None = None


@dataclass
class Submitted:
    signature: Signature
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def rounds(self) -> list[Round]:
        return [outcome.round for outcome in self.outcomes if outcome.round is not None]

    @property
    def refused(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.refusal is not None]


def sign_and_submit(
    versions: Sequence[Version],
    *,
    institution: Institution,
    call: Call,
    answers: signing.Answers,
    name: str,
    by: User,
    at: datetime,
) -> Submitted:
    """One signature over the list, then each on its own: who is ready goes, the rest are told why. Raises ``NotSigned``."""
    signature = signing.sign(institution, versions=versions, answers=answers, name=name, by=by, at=at)
    result = Submitted(signature)
    for version in versions:
        try:
            result.outcomes.append(Outcome(version, submit(version, call=call, signature=signature, by=by, at=at)))
        except Refusal as refusal:
            result.outcomes.append(Outcome(version, refusal=refusal))
    return result


@transaction.atomic
def send_to_unit_review(version: Version, *, call: Call, by: User, at: datetime) -> Version:
    """The reporter is done; 单位审核人 signs and hands it in. Raises ``NotReady`` for what only the reporter can mend."""
    locked = lock(version)
    if not policy.can_send_to_unit_review(by, locked):
        raise NotAllowed(_("这项资源现在不需要送单位自审。"))
    gaps = [*what_is_missing(locked, at=at), *submitting.stops(locked, call=call, at=at)]
    if gaps:
        raise NotReady(locked, gaps)
    locked.call = call
    locked.save(update_fields=["call"])
    move(locked, to=State.UNIT_REVIEW, verb=Verb.SENT_TO_UNIT_REVIEW, by=by, at=at)
    notices.send(
        _people(locked.resource.institution, MandateRole.INSTITUTION_REVIEWER, at),
        subject=_("《%(title)s》等您单位自审") % {"title": locked.title},
        text=_("%(who)s已送审《%(title)s》，请逐项核对，签署承诺后即报送。")
        % {"who": by.get_full_name(), "title": locked.title},
        url=reverse("resources:sign", args=[locked.resource.resource_id, locked.number]),
        kind="resources.unit_review",
        at=at,
    )
    version.refresh_from_db()
    return locked


@transaction.atomic
def send_back(version: Version, *, by: User, at: datetime, reasons: Reasons, note: str = "") -> Version:
    """单位审核人 gives it back to the reporter, by field and with reasons."""
    reasons = [reason for reason in reasons if reason["text"].strip()]
    if not policy.can_send_back(by, version):
        raise NotAllowed(_("只有单位审核人可以退回正在单位自审的资源。"))
    if not reasons and not note.strip():
        text = _("请写明退回的原因。")
        raise NotReady(version, [Gap("reason", text, "")])
    move(version, to=State.RETURNED, verb=Verb.SENT_BACK, by=by, at=at, reasons=reasons, note=note.strip())
    notices.send(
        _people(version.resource.institution, MandateRole.REPORTER, at),
        subject=_("《%(title)s》单位自审退回") % {"title": version.title},
        text="\n".join([*(f"· {reason['text']}" for reason in reasons), note.strip()]).strip(),
        url=reverse("resources:edit", args=[version.resource.resource_id, version.number]),
        kind="resources.sent_back",
        at=at,
    )
    return version


@transaction.atomic
def fetch_back(version: Version, *, by: User, at: datetime) -> Version:
    """The reporter takes it back from the unit's own review to change it."""
    if not policy.can_fetch_back(by, version):
        raise NotAllowed(_("这项资源不在单位自审中。"))
    before = State.RETURNED if version.rounds.exists() else State.DRAFT
    move(version, to=before, verb=Verb.FETCHED_BACK, by=by, at=at)
    return version


def _people(institution: Institution, role: str, at: datetime) -> list[User]:
    held = institution.mandates.open_at(at).filter(role=role).select_related("user")
    return [mandate.user for mandate in held]


def _mine(version: Version, by: User) -> Version:
    """The locked row, if this person may hand it in now and nobody was quicker."""
    locked = lock(version)
    if locked.state not in {State.DRAFT, State.RETURNED, State.UNIT_REVIEW} and policy.can_see(by, locked):
        last = locked.rounds.order_by("-number").first()
        receipt = _("，回执编号 %(number)s") % {"number": last.receipt_number} if last else ""
        text = _("《%(title)s》已经报送%(receipt)s，目前为“%(state)s”，不用再次报送。")
        raise IllegalStep(
            text % {"title": locked.title, "receipt": receipt, "state": State(locked.state).label}, state=locked.state
        )
    if not policy.can_submit(by, locked):
        raise NotAllowed(_("这项资源不由您报送。"))
    return locked


def _freeze(
    version: Version, *, call: Call, signature: Signature | None, by: User, at: datetime, in_grace: bool
) -> Round:
    last = version.rounds.order_by("-number").values_list("number", flat=True).first() or 0
    round = Round.objects.create(
        version=version, number=last + 1, call=call, submitted_by=by, submitted_at=at,
        receipt_number=receipts.next_number(at), standard=packaged().version, values=values_of(version),
        files=files_of(version), signature=signature, in_grace=in_grace,
    )  # fmt: skip
    version.last_round, version.handed_in_at = round, at
    version.save(update_fields=["last_round", "handed_in_at"])
    findings.freeze(version, round)
    screening.screen_round(round, at=at)
    links.check_at_submission(version, round, at=at)
    return round


def _tell(round: Round, *, at: datetime) -> None:
    version = round.version
    address = reverse("resources:receipt", args=[version.resource.resource_id, version.number, round.receipt_number])
    text = _("《%(title)s》已于 %(when)s 报送，回执编号 %(receipt)s。省级审核后会通知您结果。")
    facts = {
        "title": version.title,
        "when": moment(round.submitted_at),
        "receipt": round.receipt_number,
        "who": round.submitted_by.get_full_name(),
    }
    reporters = _people(version.resource.institution, MandateRole.REPORTER, at)
    if (
        round.submitted_by not in reporters
        and version.resource.institution_id in reach_of(round.submitted_by).deputises
    ):
        text = _("%(who)s应贵单位的书面申请代为报送。") + text
    notices.send(
        [round.submitted_by, *reporters],
        subject=_("报送回执 %(receipt)s") % facts,
        text=text % facts,
        url=address,
        kind="receipt",
        at=at,
    )
