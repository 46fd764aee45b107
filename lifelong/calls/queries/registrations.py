"""Registrations: the list, one by its private link, those that compete or came before."""

from django.core import signing
from django.db.models import Prefetch, Q, QuerySet

from lifelong.accounts.encryption import keyed_hashes
from lifelong.accounts.models import User
from lifelong.calls.lifecycle import RegistrationState
from lifelong.calls.models import Call, Paper, Registration
from lifelong.institutions.names import spellings
from lifelong.institutions.queries import provinces_of, sees_all
from lifelong.regions.queries import within

SALT = "lifelong.calls.registration"


def token_of(registration: Registration) -> str:
    """The private link's token; it dies when ``link_serial`` grows."""
    return signing.dumps([registration.pk, registration.link_serial], salt=SALT)


def registration_by_token(token: str) -> Registration | None:
    try:
        pk, serial = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return (
        Registration.objects.select_related("call__issued_by__region", "institution__region", "region")
        .filter(pk=pk, link_serial=serial)
        .first()
    )


def seen_by(user: User) -> Q:
    """Registrations in a person's reach: the ministry and the operator all, a province what lies within it."""
    if sees_all(user):
        return Q()
    reach = Q(pk=None)
    for province in provinces_of(user):
        codes = within(province)
        here = Q(institution__region_id__in=codes)
        reach |= here | Q(institution=None, region_id__in=codes)
        reach |= Q(institution=None, region=None, call__issued_by__region=province)
    return reach


def registrations(
    user: User, *, call: str = "", state: str = "", text: str = "", region: str = "", origin: str = ""
) -> QuerySet[Registration]:
    """The register of an officer. ``text``: part of the institution's name, a number, or a whole mobile or e-mail."""
    found = (
        Registration.objects.filter(seen_by(user))
        .exclude(state=RegistrationState.WITHDRAWN)
        .select_related("call", "institution__region", "region", "decided_by", "mandate__user")
        .prefetch_related(Prefetch("papers", Paper.objects.order_by("-added_at", "-pk")))
    )
    if call:
        found = found.filter(call__number=call)
    if state:
        found = found.filter(state=state)
    if origin:
        found = found.filter(origin=origin)
    if region:
        codes = within(region)
        found = found.filter(Q(institution__region_id__in=codes) | Q(institution=None, region_id__in=codes))
    if text := text.strip():
        hashes = keyed_hashes(text)
        found = found.filter(
            Q(institution_name__icontains=text) | Q(institution__name__icontains=text) | Q(number__iexact=text)
            | Q(mobile_hash__in=hashes) | Q(email_hash__in=hashes)
        )  # fmt: skip
    return found.order_by("-submitted_at", "-pk")


def waiting_registrations(user: User) -> QuerySet[Registration]:
    return Registration.objects.filter(seen_by(user), state=RegistrationState.SUBMITTED)


def rivals_of(registration: Registration) -> QuerySet[Registration]:
    """Others for the same institution under the same call that are not over."""
    open_states = [RegistrationState.SUBMITTED, RegistrationState.APPROVED, RegistrationState.REFUSED]
    same = Q(institution_name__in=spellings(registration.institution_name))
    if registration.institution_id:
        same |= Q(institution_id=registration.institution_id)
    return (
        Registration.objects.filter(same, call_id=registration.call_id, state__in=open_states)
        .exclude(pk=registration.pk)
        .order_by("-submitted_at")
    )


def similar_to(registration: Registration) -> QuerySet[Registration]:
    """Earlier ones by the same institution, the same mobile or the same e-mail, under any call."""
    same = Q(email_hash=registration.email_hash) & ~Q(email_hash="")
    if registration.mobile_hash:
        same |= Q(mobile_hash=registration.mobile_hash)
    if registration.institution_id:
        same |= Q(institution_id=registration.institution_id)
    return (
        Registration.objects.filter(same)
        .exclude(pk=registration.pk)
        .exclude(state=RegistrationState.PREPARING)
        .select_related("call", "institution")
        .order_by("-created_at")
    )


def own_preparing(call: Call, email: str, institution_name: str) -> Registration | None:
    """The same person's registration for the same institution that is still under way."""
    under_way = [RegistrationState.PREPARING, RegistrationState.SUBMITTED, RegistrationState.REFUSED]
    return Registration.objects.filter(
        call=call,
        email_hash__in=keyed_hashes(email),
        institution_name__in=spellings(institution_name),
        state__in=under_way,
    ).first()
