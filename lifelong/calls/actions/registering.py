"""A registration from the registrant's side: filled in and corrected."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong.accounts.encryption import keyed_hash
from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.calls import form, windows
from lifelong.calls.actions.proving import locked, send_link
from lifelong.calls.lifecycle import CORRECTABLE, RegistrationState, Stage
from lifelong.calls.models import Call, Registration, RegistrationOrigin
from lifelong.calls.queries import reaches
from lifelong.calls.queries.registrations import own_preparing
from lifelong.institutions.models import Institution
from lifelong.institutions.queries import institutions_in, named
from lifelong.regions.queries import within
from lifelong.web.refusals import Conflict, Refusal

CONSENT_VERSION = "2026-1"  # of the sentence beside the tick on the public form


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


class NotCorrectable(Conflict):
    code = "not_correctable"


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
    check_door(call, institution, at)
    check_asked(call, institution, values)
    known = own_preparing(call, values["email"], institution.name if institution else values["institution_name"])
    if known:
        send_link(known, at=at)
        raise AlreadyRegistered(_("这个邮箱已为该单位登记过。办理链接已重新发到该邮箱，请从邮件里打开继续办理。"))
    registration = Registration(
        number=next_number(call), call=call, origin=origin, entered_by=by, created_at=at,
        consent_version=CONSENT_VERSION if origin == RegistrationOrigin.WEB else "",
    )  # fmt: skip
    fill(registration, values, institution)
    registration.save()
    record(
        "calls.registration_begun", by=by, of=registration, at=at, detail={"institution": registration.institution_name}
    )
    return registration


@transaction.atomic
def correct(registration: Registration, values: Mapping[str, Any], *, revision: int, at: datetime) -> Registration:
    """Change what was filled in, before handing in or after a refusal. A new e-mail has to be proven again."""
    registration = locked(registration)
    check_correctable(registration, at)
    if registration.revision != revision:
        raise NotCorrectable(_("这份登记刚刚在别处改过，请刷新页面后再改。"))
    institution = institution_named(registration.call, values["institution_name"])
    check_asked(registration.call, institution, values)
    if values["email"] != registration.email:
        registration.email_verified_at = None
    fill(registration, values, institution)
    registration.revision += 1
    registration.save()
    record("calls.registration_corrected", of=registration, at=at)
    return registration


def fill(registration: Registration, values: Mapping[str, Any], institution: Institution | None) -> None:
    for name in ("name", "position", "landline", "extension", "mobile", "email"):
        setattr(registration, name, values.get(name, ""))
    registration.institution = institution
    registration.institution_name = institution.name if institution else " ".join(values["institution_name"].split())
    registration.institution_kind = institution.kind if institution else values.get("institution_kind", "")
    registration.region = institution.region if institution else values.get("region")
    registration.mobile_hash = keyed_hash(registration.mobile)
    registration.email_hash = keyed_hash(registration.email)


def next_number(call: Call) -> str:
    last = call.registrations.order_by("-pk").values_list("number", flat=True).first()
    serial = int(last.rsplit("-", 1)[1]) + 1 if last else 1
    return f"{call.number}-{serial:04}"


def institution_named(call: Call, text: str) -> Institution | None:
    """The one institution of this name that lies where the call asks; former names count."""
    found = list(named(text, call.region)[:2])
    return found[0] if len(found) == 1 else None


def check_door(call: Call, institution: Institution | None, at: datetime) -> None:
    door = windows.door(call, Stage.REGISTRATION, institution, at)
    if not door.open:
        raise WindowClosed(door.message)


def check_asked(call: Call, institution: Institution | None, values: Mapping[str, Any]) -> None:
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


def check_correctable(registration: Registration, at: datetime) -> None:
    if registration.state not in CORRECTABLE:
        raise NotCorrectable(_("这份登记现在是“%s”，不能修改。如需改动，请先撤回。") % registration.get_state_display())
    if (
        registration.state == RegistrationState.REFUSED
        and registration.answer_due_at
        and at < registration.answer_due_at
    ):
        return
    check_door(registration.call, registration.institution, at)


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
