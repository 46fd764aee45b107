"""Who may do what with a version. Rights on roles are in ``accounts/policy.py``; here: which one, and in which state."""

from typing import Any

from lifelong.accounts.models import User
from lifelong.institutions.models import Institution
from lifelong.resources.lifecycle import BEFORE_PUBLICATION, EDITABLE, Availability, State
from lifelong.resources.models import Version
from lifelong.resources.queries.reach import PUBLIC_STATES, reach_of


def reports_for(user: User, institution: Institution | int) -> bool:
    """Whether the person is 报送工作负责人 of this institution now."""
    pk = institution if isinstance(institution, int) else institution.pk
    return pk in reach_of(user).reports_for


def signs_for(user: User, institution: Institution) -> bool:
    """单位审核人; the reporter too, where the institution says that one person may hold both."""
    return institution.pk in reach_of(user).signs_for or (
        institution.reporter_signs_alone and reports_for(user, institution)
    )


def handed_in(version: Version) -> bool:
    return version.first_submitted_at is not None or version.state in PUBLIC_STATES


def can_see(user: User, version: Version) -> bool:
    """The own institution always; province and ministry once it was handed in; the operator what is or was public.

    The same rule as ``queries.reach.versions_seen_by``; a test holds the two together.
    """
    reach, institution = reach_of(user), version.resource.institution
    if institution.pk in reach.own:
        return True
    if reach.operates and version.state in PUBLIC_STATES:
        return True
    return handed_in(version) and (reach.decides_finally or institution.region_id in reach.regions)


def is_own(user: User, version: Version) -> bool:
    return version.resource.institution_id in reach_of(user).own


def can_preview(user: User, version: Version) -> bool:
    """The living version; while the institution works on it, officers read the round it handed in instead."""
    return is_own(user, version) or (can_see(user, version) and version.state not in EDITABLE | {State.UNIT_REVIEW})


def can_create(user: User, institution: Institution) -> bool:
    return reports_for(user, institution)


def can_edit(user: User, version: Version) -> bool:
    return _reports(user, version) and version.state in EDITABLE and version.deleted_at is None


def can_upload(user: User, version: Version) -> bool:
    return can_edit(user, version)


def can_delete(user: User, version: Version) -> bool:
    """Only a draft that was never handed in; what was, is withdrawn and stays readable."""
    return can_edit(user, version) and version.state == State.DRAFT and not handed_in(version)


def can_restore(user: User, version: Version) -> bool:
    return _reports(user, version) and version.deleted_at is not None


def can_copy(user: User, version: Version) -> bool:
    return _reports(user, version)


def can_ask(user: User, version: Version) -> bool:
    """The reporter at any resource of the institution; officers of its province and the ministry once it was handed in."""
    if version.deleted_at is not None:
        return False
    if _reports(user, version):
        return True
    reach, institution = reach_of(user), version.resource.institution
    return handed_in(version) and (reach.decides_finally or institution.region_id in reach.regions)


def can_start_version(user: User, version: Version) -> bool:
    """Version n+1 of what is online or suspended; never of what left the library for good."""
    return (
        _reports(user, version)
        and version.state == State.PUBLISHED
        and version.resource.availability in {Availability.ONLINE, Availability.SUSPENDED}
    )


def can_sign(user: User, version: Version) -> bool:
    """The reporter signs while preparing where one person may; else the institution's reviewer, once it is sent to them."""
    if version.deleted_at is not None or not signs_for(user, version.resource.institution):
        return False
    return version.state == State.UNIT_REVIEW or (version.state in EDITABLE and _signs_alone(user, version))


def can_submit(user: User, version: Version) -> bool:
    """Who signs, submits: one act (spec 1, reviews 1)."""
    return can_sign(user, version)


def can_send_to_unit_review(user: User, version: Version) -> bool:
    return can_edit(user, version) and not _signs_alone(user, version)


def can_send_back(user: User, version: Version) -> bool:
    """单位审核人 gives it back to the reporter, with reasons."""
    return version.state == State.UNIT_REVIEW and version.resource.institution_id in reach_of(user).signs_for


def can_fetch_back(user: User, version: Version) -> bool:
    """The reporter takes it back from the institution's own review."""
    return version.state == State.UNIT_REVIEW and _reports(user, version)


def can_withdraw(user: User, version: Version) -> bool:
    """The owner, any time before publication; a draft never handed in is deleted instead."""
    return (
        _reports(user, version)
        and version.deleted_at is None
        and version.state in BEFORE_PUBLICATION
        and (handed_in(version) or version.state == State.UNIT_REVIEW)
    )


def can_check_link(user: User, version: Version) -> bool:
    return can_edit(user, version) and bool(version.link)


def can_see_summary(user: User, institution: Institution) -> bool:
    """What an institution has handed in under a call: the institution, its province, the ministry."""
    reach = reach_of(user)
    return institution.pk in reach.own or institution.region_id in reach.regions or reach.decides_finally


VERBS = {
    "see": can_see,
    "preview": can_preview,
    "edit": can_edit,
    "upload": can_upload,
    "delete": can_delete,
    "restore": can_restore,
    "copy": can_copy,
    "ask": can_ask,
    "start_version": can_start_version,
    "sign": can_sign,
    "submit": can_submit,
    "send_to_unit_review": can_send_to_unit_review,
    "send_back": can_send_back,
    "fetch_back": can_fetch_back,
    "withdraw": can_withdraw,
    "check_link": can_check_link,
}


def abilities(user: Any, version: Version) -> dict[str, bool]:
    """Every verb with yes or no, for templates and API alike; no queries once the person's reach is known."""
    return {verb: may(user, version) for verb, may in VERBS.items()}


def _reports(user: User, version: Version) -> bool:
    return reports_for(user, version.resource.institution_id)


def _signs_alone(user: User, version: Version) -> bool:
    return version.resource.institution.reporter_signs_alone and _reports(user, version)
