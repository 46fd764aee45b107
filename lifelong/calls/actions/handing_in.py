"""Handing a registration in: the stamped paper, the submit, taking it back."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.calls import stamped
from lifelong.calls.actions.proving import locked, must_prove_email
from lifelong.calls.actions.registering import NotCorrectable, check_correctable
from lifelong.calls.lifecycle import RegistrationState, registration_may
from lifelong.calls.models import Letter, Paper, PaperKind, Registration
from lifelong.calls.policy import can_check
from lifelong.calls.storage import SEALED, hash_of, keep_sealed, sealed_files
from lifelong.web.refusals import NotAllowed, Refusal


class NotReady(Refusal):
    """Something is missing before it can be handed in."""

    code = "not_ready"
    status = 422


@dataclass(frozen=True)
class Kept:
    """A paper that was judged and lies sealed on disk, not yet beside a registration."""

    kind: PaperKind
    name: str
    path: str
    size: int
    sha256: str
    pages: int | None = None


def keep_stamped(name: str, content: bytes) -> Kept:
    """Judge a stamped PDF and put it away, before any row is locked; raises StampedRefused."""
    pages = stamped.pages_of(content)
    return Kept(PaperKind.STAMPED, name[-200:], keep_sealed(content), len(content), hash_of(content), pages)


def keep_form(name: str, content: bytes) -> Kept:
    return Kept(PaperKind.FORM, name[-200:], keep_sealed(content), len(content), hash_of(content))


def put_beside(registration: Registration, kept: Kept, *, by: User | None, at: datetime) -> Paper:
    paper = Paper.objects.create(registration=registration, added_by=by, added_at=at, **asdict(kept))
    record("calls.paper_added", by=by, of=registration, at=at, detail={"kind": kept.kind.value, "sha256": kept.sha256})
    return paper


def add_stamped(
    registration: Registration, *, name: str, content: bytes, at: datetime, by: User | None = None
) -> Paper:
    """The stamped form as PDF, by the registrant or, for them, by an officer."""
    kept = keep_stamped(name, content)
    with transaction.atomic():
        registration = locked(registration)
        if by is None:
            check_correctable(registration, at)
        elif not can_check(by, registration):
            raise NotAllowed(_("您不能办理这份登记。"))
        elif registration.state in {RegistrationState.WITHDRAWN, RegistrationState.REPLACED}:
            raise NotCorrectable(_("这份登记已经结束。"))
        return put_beside(registration, kept, by=by, at=at)


def sweep_papers(*, before: datetime) -> int:
    """Remove sealed files that no registration and no call knows: left by a refused or broken-off handing in."""
    known = {*Paper.objects.values_list("path", flat=True), *Letter.objects.values_list("path", flat=True)}
    count = 0
    for path in sealed_files():
        if f"{SEALED}/{path.name}" not in known and path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
            count += 1
    return count


@transaction.atomic
def submit(registration: Registration, *, at: datetime) -> Registration:
    """Hand in: e-mail proven, stamped form there, door open (or the time to answer a refusal)."""
    registration = locked(registration)
    if not registration_may(registration.state, RegistrationState.SUBMITTED):
        raise NotCorrectable(_("这份登记现在是“%s”，不需要再提交。") % registration.get_state_display())
    check_correctable(registration, at)
    missing = []
    if must_prove_email() and not registration.email_verified_at:
        missing.append(_("请先验证电子邮箱。"))
    if not registration.papers.filter(kind=PaperKind.STAMPED).exists():
        missing.append(_("请先上传盖章后的登记表（PDF）。"))
    if missing:
        raise NotReady("".join(missing))
    registration.state, registration.submitted_at = RegistrationState.SUBMITTED, at
    registration.save(update_fields=["state", "submitted_at"])
    record("calls.registration_submitted", of=registration, at=at)
    return registration


@transaction.atomic
def withdraw(registration: Registration, *, at: datetime) -> Registration:
    """The registrant takes it back: from the queue to correct it, or altogether while it is being prepared."""
    registration = locked(registration)
    then = (
        RegistrationState.PREPARING
        if registration.state == RegistrationState.SUBMITTED
        else RegistrationState.WITHDRAWN
    )
    if not registration_may(registration.state, then):
        raise NotCorrectable(_("这份登记现在是“%s”，不能撤回。") % registration.get_state_display())
    registration.state = then
    registration.save(update_fields=["state"])
    record("calls.registration_withdrawn", of=registration, at=at, detail={"to": then.value})
    return registration
