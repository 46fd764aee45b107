"""Registrations that nobody fills in on the public page: taken in by an officer, or confirmed with a mandate."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.audit import record
from lifelong.calls import windows
from lifelong.calls.actions.handing_in import keep_form, keep_stamped, put_beside
from lifelong.calls.actions.proving import locked
from lifelong.calls.actions.registering import (
    NotAsked,
    NotCorrectable,
    check_door,
    fill,
    institution_named,
    next_number,
    prepare,
)
from lifelong.calls.lifecycle import RegistrationState, Stage
from lifelong.calls.models import Call, Registration, RegistrationOrigin
from lifelong.calls.policy import can_check, can_confirm, can_take_in
from lifelong.calls.queries import joined, reaches
from lifelong.institutions.models import Institution
from lifelong.institutions.queries import reporter_of
from lifelong.regions.models import Region
from lifelong.web.refusals import NotAllowed


def take_in(
    call: Call,
    values: Mapping[str, Any],
    *,
    by: User,
    at: datetime,
    form_file: tuple[str, bytes] | None = None,
    stamped_file: tuple[str, bytes] | None = None,
    origin: str = RegistrationOrigin.PAPER,
) -> Registration:
    """What came by e-mail or in a sheet, entered by an officer; waits for a decision like any other.

    The files are (name, content). The e-mail counts as unproven, the activation link will prove it.
    """
    if not can_take_in(by, call):
        raise NotAllowed(_("您不能为这次征集录入登记。"))
    papers = [keep_stamped(*stamped_file)] if stamped_file else []
    papers += [keep_form(*form_file)] if form_file else []
    with transaction.atomic():
        registration = prepare(call, values, at=at, origin=origin, by=by)
        if not can_check(by, registration):
            raise NotAllowed(_("该单位不在您负责的地区。"))
        for kept in papers:
            put_beside(registration, kept, by=by, at=at)
        registration.state, registration.submitted_at = RegistrationState.SUBMITTED, at
        registration.save(update_fields=["state", "submitted_at"])
        record("calls.registration_taken_in", by=by, of=registration, at=at, detail={"origin": str(origin)})
    return registration


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
        check_door(call, institution, at)
    mandate = reporter_of(institution, at)
    last = Registration.objects.filter(mandate=mandate).order_by("-decided_at").first()
    registration = Registration(
        number=next_number(call), call=call, origin=RegistrationOrigin.CONFIRMED, entered_by=by, created_at=at,
        state=RegistrationState.APPROVED, submitted_at=at, decided_at=at, mandate=mandate, email_verified_at=at,
    )  # fmt: skip
    values = {
        "institution_name": institution.name, "name": by.name, "mobile": by.mobile, "email": by.email,
        "position": last.position if last else "", "landline": last.landline if last else "",
        "extension": last.extension if last else "",
    }  # fmt: skip
    fill(registration, values, institution)
    registration.save()
    record("calls.mandate_confirmed", by=by, of=registration, at=at, detail={"institution": institution.code})
    return registration


@transaction.atomic
def take_in_sheet(call: Call, rows: Iterable[Mapping[str, Any]], *, by: User, at: datetime) -> dict[str, int]:
    """Rows that the dry run found good (``sheets.judge``): new ones wait for a decision, known ones are corrected.
    All or nothing."""
    if not can_take_in(by, call):
        raise NotAllowed(_("您不能为这次征集录入登记。"))
    counts = {"new": 0, "changed": 0}
    for row in rows:
        values = dict(row)
        number = values.pop("registration", None)
        code = values.pop("region", None)
        values["region"] = Region.objects.get(pk=code) if code else None
        if number is None:
            take_in(call, values, by=by, at=at, origin=RegistrationOrigin.SHEET)
            counts["new"] += 1
        else:
            _amend(Registration.objects.get(pk=number), values, by=by, at=at)
            counts["changed"] += 1
    return counts


def _amend(registration: Registration, values: Mapping[str, Any], *, by: User, at: datetime) -> None:
    registration = locked(registration)
    if not can_check(by, registration):
        raise NotAllowed(_("该单位不在您负责的地区。"))
    if registration.state in {RegistrationState.APPROVED, RegistrationState.REPLACED, RegistrationState.WITHDRAWN}:
        raise NotCorrectable(_("登记 %s 已办结，没有修改。") % registration.number)
    if values["email"] != registration.email:
        registration.email_verified_at = None
    fill(registration, values, institution_named(registration.call, values["institution_name"]))
    registration.revision += 1
    registration.save()
    record("calls.registration_corrected", by=by, of=registration, at=at)
