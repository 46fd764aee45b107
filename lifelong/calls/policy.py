"""Who may do what with a call and with a registration."""

from collections.abc import Iterable

from django.utils import timezone

from lifelong.accounts.models import Authority, AuthorityKind, User
from lifelong.calls.lifecycle import CallState, RegistrationState
from lifelong.calls.models import Call, Question, Registration
from lifelong.calls.queries import authorities_issuing, reaches
from lifelong.calls.queries.questions import attended_by
from lifelong.calls.queries.registrations import seen_by
from lifelong.institutions.models import Institution, MandateRole
from lifelong.institutions.queries import institutions_of, reports_for
from lifelong.regions.queries import within

EDITABLE_PAPERS = {CallState.DRAFT, CallState.OPEN, CallState.CLOSED}


def can_compose(user: User, authority: Authority) -> bool:
    """Draft calls in the name of an authority: who handles or decides there, or reviews finally for the ministry."""
    return any(issuing.pk == authority.pk for issuing in authorities_issuing(user))


def can_see(user: User, call: Call) -> bool:
    """Published calls are public."""
    return call.state != CallState.DRAFT or can_compose(user, call.issued_by)


def can_change(user: User, call: Call) -> bool:
    """A draft; what is published is amended and extended, never rewritten."""
    return call.state == CallState.DRAFT and can_compose(user, call.issued_by)


def can_delete(user: User, call: Call) -> bool:
    return can_change(user, call)


def can_add_papers(user: User, call: Call) -> bool:
    return call.state in EDITABLE_PAPERS and can_compose(user, call.issued_by)


def _decides(user: User, call: Call, right: str) -> bool:
    """Publishing, closing and extending: 审定 of the province; for the ministry's own calls the final reviewer."""
    if not can_compose(user, call.issued_by):
        return False
    needed = "calls.issue" if call.issued_by.kind == AuthorityKind.MINISTRY else right
    return user.has_right(needed)


def can_publish(user: User, call: Call) -> bool:
    return call.state == CallState.DRAFT and _decides(user, call, "calls.publish")


def can_close(user: User, call: Call) -> bool:
    return call.state == CallState.OPEN and _decides(user, call, "calls.publish")


def can_reopen(user: User, call: Call) -> bool:
    return call.state == CallState.CLOSED and _decides(user, call, "calls.publish")


def can_finish(user: User, call: Call) -> bool:
    return call.state in {CallState.OPEN, CallState.CLOSED} and _decides(user, call, "calls.publish")


def can_extend(user: User, call: Call) -> bool:
    return call.state in {CallState.OPEN, CallState.CLOSED} and _decides(user, call, "calls.extend")


def can_remind(user: User, call: Call) -> bool:
    """Press a reminder: whoever handles or decides where the call was issued."""
    return call.state in {CallState.OPEN, CallState.CLOSED} and can_compose(user, call.issued_by)


def can_announce(user: User, call: Call) -> bool:
    return call.state in {CallState.OPEN, CallState.CLOSED} and can_compose(user, call.issued_by)


def can_see_board(user: User, call: Call) -> bool:
    return call.state != CallState.DRAFT and user.has_right("calls.read")


def can_see_statistics(user: User, call: Call) -> bool:
    """Whoever works at a review desk, of a published call within their reach; figures are of the own region."""
    return call.state != CallState.DRAFT and user.has_right("review.open")


def can_archive(user: User, call: Call) -> bool:
    """Pack a call's materials: whoever checks its registrations or reviews finally; of the own region alone."""
    may = user.has_right("registrations.check") or user.has_right("review.final")
    return may and call.state != CallState.DRAFT


def abilities(user: User, call: Call) -> dict[str, bool]:
    return {
        "change": can_change(user, call),
        "delete": can_delete(user, call),
        "add_papers": can_add_papers(user, call),
        "publish": can_publish(user, call),
        "close": can_close(user, call),
        "reopen": can_reopen(user, call),
        "finish": can_finish(user, call),
        "extend": can_extend(user, call),
        "remind": can_remind(user, call),
        "announce": can_announce(user, call),
        "see_board": can_see_board(user, call),
        "see_statistics": can_see_statistics(user, call),
        "archive": can_archive(user, call),
    }


# acting for an institution at its written request


def _lies_with(user: User, institution: Institution) -> bool:
    """An officer who checks registrations where the institution lies."""
    if not user.has_right("registrations.check"):
        return False
    return any(one.region and institution.region_id in within(one.region) for one in authorities_issuing(user))


def attended_among(user: User, institutions: Iterable[Institution]) -> set[int]:
    """Those of a list for which the person may resend, correct, replace and deputise; a few queries for any number."""
    if not user.has_right("registrations.check"):
        return set()
    codes = frozenset[str]().union(*(within(one.region) for one in authorities_issuing(user) if one.region))
    own = set(institutions_of(user).values_list("pk", flat=True))
    return {one.pk for one in institutions if one.region_id in codes and one.pk not in own}


def can_deputise(user: User, call: Call, institution: Institution) -> bool:
    """Prepare and hand in for an institution: an officer of its province, never for the own institution."""
    running = call.state in {CallState.OPEN, CallState.CLOSED}
    own = user.mandates.open_at(timezone.now()).exclude(role=MandateRole.DEPUTY).filter(institution=institution)
    return running and reaches(call, institution) and _lies_with(user, institution) and not own.exists()


def can_see_deputations(user: User, call: Call, institution: Institution) -> bool:
    return _lies_with(user, institution) or institutions_of(user).filter(pk=institution.pk).exists()


def can_end_deputation(user: User, institution: Institution) -> bool:
    """Either side, at any time."""
    return _lies_with(user, institution) or reports_for(user, institution)


# questions


def can_ask(user: User, call: Call, institution: Institution) -> bool:
    """At a call: the reporter of an institution that it asks."""
    running = call.state in {CallState.OPEN, CallState.CLOSED}
    return running and reports_for(user, institution) and reaches(call, institution)


def can_attend(user: User, question: Question) -> bool:
    """Answer: the officers it lies with, never for their own institution; what an officer asked, the reporter."""
    if question.to_institution:
        return reports_for(user, question.institution)
    if not user.has_right("questions.answer") or institutions_of(user).filter(pk=question.institution_id).exists():
        return False
    return Question.objects.filter(attended_by(user), pk=question.pk).exists()


def can_publish_answer(user: User, question: Question) -> bool:
    """Under the call, in its issuer's name."""
    answered = question.answered_at is not None and not question.to_institution
    return answered and question.call is not None and can_announce(user, question.call)


# registrations


def can_see_registration(user: User, registration: Registration) -> bool:
    if not user.has_right("registrations.check"):
        return False
    return Registration.objects.filter(seen_by(user), pk=registration.pk).exists()


def is_own(user: User, registration: Registration) -> bool:
    """Nobody decides on their own institution's, nor on their own person."""
    if registration.email.strip().lower() == user.email:
        return True
    if registration.institution_id is None:
        return False
    return institutions_of(user).filter(pk=registration.institution_id).exists()


def can_check(user: User, registration: Registration) -> bool:
    """Approve, refuse, send again, correct an address: an officer of the province it lies in."""
    return can_see_registration(user, registration) and not is_own(user, registration)


def can_take_in(user: User, call: Call) -> bool:
    """Bring in for others what came by e-mail or as a sheet."""
    return call.state != CallState.DRAFT and user.has_right("registrations.check")


def can_confirm(user: User, institution: Institution) -> bool:
    """Join a later call with the mandate one has."""
    return reports_for(user, institution)


def registration_abilities(user: User, registration: Registration) -> dict[str, bool]:
    check = can_check(user, registration)
    state = registration.state
    return {
        "approve": check and state == RegistrationState.SUBMITTED,
        "refuse": check and state == RegistrationState.SUBMITTED,
        "send_again": check and state != RegistrationState.WITHDRAWN,
        "correct_address": check and state not in {RegistrationState.WITHDRAWN, RegistrationState.REPLACED},
        "add_paper": check and state in {RegistrationState.PREPARING, RegistrationState.SUBMITTED},
    }
