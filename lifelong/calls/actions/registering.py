"""A registration from the registrant's side: filled in, e-mail proven, stamped paper put beside it, handed in."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from lifelong.accounts.encryption import keyed_hash
from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.calls import form, stamped, windows
from lifelong.calls.lifecycle import CORRECTABLE, RegistrationState, Stage, registration_may
from lifelong.calls.models import Call, Paper, PaperKind, Registration, RegistrationOrigin
from lifelong.calls.policy import can_check, can_confirm, can_take_in
from lifelong.calls.queries import joined, reaches
from lifelong.calls.queries.registrations import own_preparing, token_of
from lifelong.calls.storage import hash_of, keep_sealed
from lifelong.institutions.models import Institution
from lifelong.institutions.queries import institutions_in, named, reporter_of
from lifelong.notices import mail_to
from lifelong.regions.queries import within
from lifelong.web.refusals import Conflict, NotAllowed, Refusal

CODE_LIFETIME = timedelta(minutes=30)
CODE_FAILURES = 5


class WindowClosed(Refusal):
    """The door is shut; the words name the deadline."""

    code = "window_closed"


class NotAsked(Refusal):
    """The call asks other institutions: another region, another kind."""

    code = "not_asked"
    status = 422


class InstitutionUnknown(Refusal):
    code = "institution_unknown"
    status = 422


class AlreadyRegistered(Conflict):
    """The same person registered the same institution; the private link went to their address again."""

    code = "already_registered"


class NotReady(Refusal):
    """Something is missing before it can be handed in."""

    code = "not_ready"
    status = 422


class CodeWrong(Refusal):
    code = "code_wrong"
    status = 422


class NotCorrectable(Conflict):
    code = "not_correctable"


def must_prove_email() -> bool:
    """Where no mail leaves the machine nobody could read a code; the officer then sees that it is unproven."""
    return bool(settings.EMAIL_URL) or settings.DEMO


def link_of(registration: Registration) -> str:
    return settings.SITE_URL + reverse("my-registration", args=[token_of(registration)])


def locked(registration: Registration) -> Registration:
    found = Registration.objects.select_for_update(of=("self",)).select_related(
        "call__issued_by__region", "institution"
    )
    return found.get(pk=registration.pk)


# filling in


@transaction.atomic
def prepare(
    call: Call, values: Mapping[str, Any], *, at: datetime, origin: str = RegistrationOrigin.WEB, by: User | None = None
) -> Registration:
    """Begin a registration. ``values``: institution_name, name, position, landline, extension, mobile, email in their
    normal form, and institution_kind and region for a unit that the register does not know.

    Raises WindowClosed, NotAsked, InstitutionUnknown, AlreadyRegistered.
    """
    call = Call.objects.select_for_update(of=("self",)).select_related("issued_by__region").get(pk=call.pk)
    institution = institution_named(call, values["institution_name"])
    _check_door(call, institution, at)
    _check_asked(call, institution, values)
    known = own_preparing(call, values["email"], institution.name if institution else values["institution_name"])
    if known:
        send_link(known, at=at)
        raise AlreadyRegistered(_("这个邮箱已为该单位登记过。办理链接已重新发到该邮箱，请从邮件里打开继续办理。"))
    registration = Registration(
        number=_next_number(call), call=call, origin=origin, entered_by=by, created_at=at,
    )  # fmt: skip
    _fill(registration, values, institution)
    registration.save()
    record(
        "calls.registration_begun", by=by, of=registration, at=at, detail={"institution": registration.institution_name}
    )
    return registration


@transaction.atomic
def correct(registration: Registration, values: Mapping[str, Any], *, revision: int, at: datetime) -> Registration:
    """Change what was filled in, before handing in or after a refusal. A new e-mail has to be proven again."""
    registration = locked(registration)
    _check_correctable(registration, at)
    if registration.revision != revision:
        raise NotCorrectable(_("这份登记刚刚在别处改过，请刷新页面后再改。"))
    institution = institution_named(registration.call, values["institution_name"])
    _check_asked(registration.call, institution, values)
    if values["email"] != registration.email:
        registration.email_verified_at = None
    _fill(registration, values, institution)
    registration.revision += 1
    registration.save()
    record("calls.registration_corrected", of=registration, at=at)
    return registration


def _fill(registration: Registration, values: Mapping[str, Any], institution: Institution | None) -> None:
    for name in ("name", "position", "landline", "extension", "mobile", "email"):
        setattr(registration, name, values.get(name, ""))
    registration.institution = institution
    registration.institution_name = institution.name if institution else " ".join(values["institution_name"].split())
    registration.institution_kind = institution.kind if institution else values.get("institution_kind", "")
    registration.region = institution.region if institution else values.get("region")
    registration.mobile_hash = keyed_hash(registration.mobile)
    registration.email_hash = keyed_hash(registration.email)


def _next_number(call: Call) -> str:
    last = call.registrations.order_by("-pk").values_list("number", flat=True).first()
    serial = int(last.rsplit("-", 1)[1]) + 1 if last else 1
    return f"{call.number}-{serial:04}"[-30:]


def institution_named(call: Call, text: str) -> Institution | None:
    """The one institution of this name that lies where the call asks; former names count."""
    found = list(named(text, call.region)[:2])
    return found[0] if len(found) == 1 else None


def _check_door(call: Call, institution: Institution | None, at: datetime) -> None:
    door = windows.door(call, Stage.REGISTRATION, institution, at)
    if not door.open:
        raise WindowClosed(door.message)


def _check_asked(call: Call, institution: Institution | None, values: Mapping[str, Any]) -> None:
    if institution and not reaches(call, institution):
        text = _("本次征集不面向%s这类单位。") % institution.get_kind_display()
        raise NotAsked(text, fields={"institution_name": text})
    if institution:
        return
    region, kind = values.get("region"), values.get("institution_kind")
    if not region or not kind:
        text = _("名册里没有这个单位。请核对全称；如确是新单位，请在下面选择类型和所在地区。")
        missing = {"institution_kind": _("新单位请选择类型。")} if not kind else {}
        missing |= {"region": _("新单位请选择所在地区。")} if not region else {}
        raise InstitutionUnknown(text, fields={"institution_name": text} | missing)
    if call.region and region.code not in within(call.region):
        text = _("本次征集只面向%s的单位。") % call.region.name
        raise NotAsked(text, fields={"region": text})
    if call.answer_kinds and kind not in call.answer_kinds:
        text = _("本次征集不面向这类单位。")
        raise NotAsked(text, fields={"institution_kind": text})


def _check_correctable(registration: Registration, at: datetime) -> None:
    if registration.state not in CORRECTABLE:
        raise NotCorrectable(_("这份登记现在是“%s”，不能修改。如需改动，请先撤回。") % registration.get_state_display())
    if (
        registration.state == RegistrationState.REFUSED
        and registration.answer_due_at
        and at < registration.answer_due_at
    ):
        return
    _check_door(registration.call, registration.institution, at)


# the e-mail


@transaction.atomic
def send_link(registration: Registration, *, at: datetime) -> None:
    """The private link and a fresh code to the registrant's address."""
    registration = locked(registration)
    code = f"{secrets.randbelow(1_000_000):06}"
    registration.email_code_hash = _code_hash(registration, code)
    registration.email_code_until, registration.email_code_failures = at + CODE_LIFETIME, 0
    registration.save(update_fields=["email_code_hash", "email_code_until", "email_code_failures"])
    mail_to(
        registration.email,
        subject=_("报送工作负责人登记：%s") % registration.call.title,
        text=_(
            "%(name)s：\n\n%(institution)s的登记编号是 %(number)s。\n"
            "邮箱验证码：%(code)s（30 分钟内有效）\n\n"
            "请从下面的链接继续办理，链接只属于您，请勿转发：\n%(url)s"
        )
        % {
            "name": registration.name, "institution": registration.institution_name, "number": registration.number,
            "code": code, "url": link_of(registration),
        },
        secret=True,
        at=at,
    )  # fmt: skip


def _code_hash(registration: Registration, code: str) -> str:
    return keyed_hash(f"code {registration.pk} {registration.email} {code}")


def prove_email(registration: Registration, *, code: str, at: datetime) -> Registration:
    """The code from the mail; five wrong ones kill it. A failure counts even though it is refused."""
    with transaction.atomic():
        registration = locked(registration)
        live = registration.email_code_until is not None and at < registration.email_code_until
        good = live and constant_time_compare(registration.email_code_hash, _code_hash(registration, code.strip()))
        if good:
            registration.email_verified_at, registration.email_code_hash, registration.email_code_until = at, "", None
            record("calls.email_proven", of=registration, at=at)
        else:
            registration.email_code_failures += 1
            if registration.email_code_failures >= CODE_FAILURES:
                registration.email_code_hash, registration.email_code_until = "", None
        registration.save(
            update_fields=["email_verified_at", "email_code_hash", "email_code_until", "email_code_failures"]
        )
    if not good:
        text = _("验证码不对或已过期。请核对邮件里最新的 6 位数字，或点“重新发送”。")
        raise CodeWrong(text, fields={"code": text})
    return registration


# papers


@transaction.atomic
def add_stamped(
    registration: Registration, *, name: str, content: bytes, at: datetime, by: User | None = None
) -> Paper:
    """The stamped form as PDF, by the registrant or, for them, by an officer."""
    pages = stamped.pages_of(content)
    registration = locked(registration)
    if by is None:
        _check_correctable(registration, at)
    elif not can_check(by, registration):
        raise NotAllowed(_("您不能办理这份登记。"))
    elif registration.state in {RegistrationState.WITHDRAWN, RegistrationState.REPLACED}:
        raise NotCorrectable(_("这份登记已经结束。"))
    return _keep(registration, PaperKind.STAMPED, name, content, by=by, at=at, pages=pages)


def _keep(
    registration: Registration, kind: PaperKind, name: str, content: bytes, *, by: User | None, at: datetime,
    pages: int | None = None,
) -> Paper:  # fmt: skip
    paper = Paper.objects.create(
        registration=registration, kind=kind, name=name[-200:], path=keep_sealed(content), size=len(content),
        sha256=hash_of(content), pages=pages, added_by=by, added_at=at,
    )  # fmt: skip
    record("calls.paper_added", by=by, of=registration, at=at, detail={"kind": kind.value, "sha256": paper.sha256})
    return paper


# handing in


@transaction.atomic
def submit(registration: Registration, *, at: datetime) -> Registration:
    """Hand in: e-mail proven, stamped form there, door open (or the time to answer a refusal)."""
    registration = locked(registration)
    if not registration_may(registration.state, RegistrationState.SUBMITTED):
        raise NotCorrectable(_("这份登记现在是“%s”，不需要再提交。") % registration.get_state_display())
    _check_correctable(registration, at)
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


# by an officer, for somebody


@transaction.atomic
def take_in(
    call: Call, values: Mapping[str, Any], *, by: User, at: datetime, form_file: tuple[str, bytes] | None = None,
    stamped_file: tuple[str, bytes] | None = None, origin: str = RegistrationOrigin.PAPER,
) -> Registration:  # fmt: skip
    """What came by e-mail or in a sheet, entered by an officer; waits for a decision like any other.

    The files are (name, content). The e-mail counts as unproven, the activation link will prove it.
    """
    if not can_take_in(by, call):
        raise NotAllowed(_("您不能为这次征集录入登记。"))
    pages = stamped.pages_of(stamped_file[1]) if stamped_file else None
    registration = prepare(call, values, at=at, origin=origin, by=by)
    if not can_check(by, registration):
        raise NotAllowed(_("该单位不在您负责的地区。"))
    if form_file:
        _keep(registration, PaperKind.FORM, *form_file, by=by, at=at)
    if stamped_file:
        _keep(registration, PaperKind.STAMPED, *stamped_file, by=by, at=at, pages=pages)
    registration.state, registration.submitted_at = RegistrationState.SUBMITTED, at
    registration.save(update_fields=["state", "submitted_at"])
    record("calls.registration_taken_in", by=by, of=registration, at=at, detail={"origin": str(origin)})
    return registration


# joining with the mandate one has


@transaction.atomic
def confirm_mandate(call: Call, institution: Institution, *, by: User, at: datetime) -> Registration:
    """Join a later call in one click. Open as long as registration or submission is: who it is is known already."""
    call = Call.objects.select_for_update(of=("self",)).select_related("issued_by__region").get(pk=call.pk)
    if not can_confirm(by, institution):
        raise NotAllowed(_("只有本单位现任的报送工作负责人可以确认参加。"))
    if not reaches(call, institution):
        raise NotAsked(_("本次征集不面向您的单位。"))
    if known := joined(call, institution):
        return known
    if not windows.is_open(call, Stage.SUBMISSION, institution, at):
        _check_door(call, institution, at)
    mandate = reporter_of(institution, at)
    last = Registration.objects.filter(mandate=mandate).order_by("-decided_at").first()
    registration = Registration(
        number=_next_number(call), call=call, origin=RegistrationOrigin.CONFIRMED, entered_by=by, created_at=at,
        state=RegistrationState.APPROVED, submitted_at=at, decided_at=at, mandate=mandate, email_verified_at=at,
    )  # fmt: skip
    values = {
        "institution_name": institution.name, "name": by.name, "mobile": by.mobile, "email": by.email,
        "position": last.position if last else "", "landline": last.landline if last else "",
        "extension": last.extension if last else "",
    }  # fmt: skip
    _fill(registration, values, institution)
    registration.save()
    record("calls.mandate_confirmed", by=by, of=registration, at=at, detail={"institution": institution.code})
    return registration


# the form, out and in


def form_values(registration: Registration) -> form.FormValues:
    """What the Word and the PDF of a registration say."""
    landline = registration.landline
    if landline and registration.extension:
        landline = f"{landline}-{registration.extension}"
    return form.FormValues(
        institution=registration.institution_name, name=registration.name, position=registration.position,
        landline=landline, mobile=registration.mobile, email=registration.email,
    )  # fmt: skip


def institutions_offered(call: Call) -> list[str]:
    """Names to choose from on the public form."""
    found = institutions_in(call.region)
    if call.answer_kinds:
        found = found.filter(kind__in=call.answer_kinds)
    return list(found.order_by("name").values_list("name", flat=True)[:2000])
