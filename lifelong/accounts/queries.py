"""People, their roles and sign-ins, as pages and other chapters read them."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from lifelong.accounts.encryption import keyed_hashes
from lifelong.accounts.models import (
    ADMINISTRATORS,
    GUESTS,
    Activation,
    Appointment,
    Authority,
    AuthorityKind,
    Consent,
    ConsentTo,
    FactorReset,
    Role,
    SignInLock,
    User,
)
from lifelong.regions.models import Region
from lifelong.regions.queries import province_of
from lifelong.texts.queries import covers, material_versions


def can_sign_in(user: User) -> bool:
    """Whether the person has set a password or a passkey."""
    if user.has_usable_password():
        return True
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists()


def activation_by(token_hash: str, at: datetime) -> Activation | None:
    """The living activation of this hash: not used, not replaced, not too old, its account not closed."""
    return (
        Activation.objects.select_related("user")
        .filter(token_hash=token_hash, used_at=None, cancelled_at=None, expires_at__gt=at, user__is_active=True)
        .first()
    )


def people(*, role: str = "", authority: str = "", text: str = "", at: datetime | None = None) -> QuerySet[User]:
    """Everyone with an account, newest first; ``text`` is part of a name or a whole e-mail or mobile.

    Part of an e-mail or mobile finds nothing: who helps finds a person without leafing through their data.
    """
    at = at or timezone.now()
    held = Appointment.objects.open_at(at).select_related("authority").order_by("begins_at")
    found = User.objects.exclude(email__endswith=GUESTS).prefetch_related(
        Prefetch("appointments", held, to_attr="open_appointments"), "locks", "factor_resets"
    )
    if role or authority:
        wanted = held
        if role:
            wanted = wanted.filter(role=role)
        if authority:
            wanted = wanted.filter(authority_id=authority)
        found = found.filter(pk__in=wanted.order_by().values("user_id"))
    if text := text.strip():
        found = found.filter(Q(name__icontains=text) | Q(email=text.lower()) | Q(mobile_hash__in=keyed_hashes(text)))
    return found.order_by("-created_at", "-pk")


def with_second_factor(users: list[User]) -> set[int]:
    """Ids of those who have set up a TOTP or a passkey; one query."""
    types = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return set(Authenticator.objects.filter(user__in=users, type__in=types).values_list("user_id", flat=True))


def roles_held(user: User, at: datetime) -> set[str]:
    return set(user.appointments.open_at(at).values_list("role", flat=True))


def administrators_at_work(role: str, at: datetime) -> QuerySet[Appointment]:
    return Appointment.objects.open_at(at).filter(role=role, user__is_active=True)


NEEDED = (Role.DECIDING_OFFICER, Role.FINAL_REVIEWER, Role.OPERATOR)


def vacant_posts(at: datetime) -> list[Role]:
    """The posts without which nothing goes its whole way, that nobody at work holds now; one query."""
    held = Appointment.objects.open_at(at).filter(role__in=NEEDED, user__is_active=True)
    taken = set(held.values_list("role", flat=True))
    return [role for role in NEEDED if role not in taken]


def has_a_province() -> bool:
    return Authority.objects.filter(kind=AuthorityKind.PROVINCE).exists()


def is_set_up() -> bool:
    """Whether any of the three administrators was ever appointed; only an empty platform gives a set-up link."""
    return Appointment.objects.filter(role__in=ADMINISTRATORS).exists()


def lock_of(email: str) -> SignInLock | None:
    return SignInLock.objects.filter(email_hash__in=keyed_hashes(email)).first()


def locked_until(email: str, at: datetime) -> datetime | None:
    """The end of the lock that lies on this e-mail now, if one does."""
    lock = lock_of(email)
    return lock.locked_until if lock and lock.locked_until and lock.locked_until > at else None


def open_factor_resets(at: datetime) -> QuerySet[FactorReset]:
    return FactorReset.objects.filter(closed_at=None, expires_at__gt=at).select_related("user", "requested_by")


def authorities() -> QuerySet[Authority]:
    return Authority.objects.select_related("region", "part_of").order_by("kind", "region_id", "name")


def authority_of_province(region: Region | str) -> Authority | None:
    """The department in charge of the province that a region belongs to."""
    province = province_of(region)
    if province is None:
        return None
    return Authority.objects.filter(kind=AuthorityKind.PROVINCE, region_id=province.code, part_of=None).first()


def officers_of_province(region: Region | str, roles: set[str], at: datetime | None = None) -> QuerySet[User]:
    """Who holds one of these roles for the province that a region belongs to: whom to tell."""
    province = province_of(region)
    if province is None:
        return User.objects.none()
    held = Appointment.objects.open_at(at or timezone.now()).filter(
        role__in=roles, authority__kind=AuthorityKind.PROVINCE, authority__region_id=province.code
    )
    return User.objects.filter(pk__in=held.values("user_id"), is_active=True)


def holders_of(*roles: str, at: datetime | None = None) -> QuerySet[User]:
    """Who is appointed to one of these roles, wherever: whom to tell, each once."""
    held = Appointment.objects.open_at(at or timezone.now()).filter(role__in=roles)
    return User.objects.filter(pk__in=held.values("user_id"), is_active=True)


TEXTS = (ConsentTo.TERMS, ConsentTo.PRIVACY)


def consents_of(user: User) -> QuerySet[Consent]:
    return user.consents.order_by("-given_at", "-pk")


def consent_is_withdrawn(user: User) -> bool:
    """Whether the person agreed once and then took it back. Work accounts, opened by approval, were never asked."""
    given = list(Consent.objects.filter(user=user, to__in=TEXTS).values_list("to", "withdrawn_at"))
    standing = {to for to, withdrawn_at in given if withdrawn_at is None}
    return bool(given) and not standing >= set(TEXTS)


def texts_to_agree(user: User, at: datetime) -> list[str]:
    """The texts that changed in what matters since the person agreed, or, for work accounts, since there was nothing to agree to.

    Who took the consent back is not asked again and again; a guest agreed with the platform that vouches for them.
    """
    wanted = [name for name, version in material_versions(at).items() if version]
    if not wanted or user.email.endswith(GUESTS):
        return []
    given = list(Consent.objects.filter(user=user, to__in=TEXTS).values_list("to", "version", "withdrawn_at"))
    standing = {to: version for to, version, withdrawn_at in given if withdrawn_at is None}
    if given and not standing:
        return []
    return [name for name in wanted if not covers(name, standing.get(name, ""), at)]


def has_guardian(user: User) -> bool:
    """Whether a guardian agreed for this person, who was under 14 then."""
    return Consent.objects.filter(user=user, to=ConsentTo.GUARDIAN, withdrawn_at=None).exists()


def number_locked(at: datetime) -> int:
    """People, not unknown addresses, whose sign-in is shut now."""
    return SignInLock.objects.filter(user__isnull=False, locked_until__gt=at).count()
