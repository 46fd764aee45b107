"""Questions in a person's reach, those that wait for them, and those that everybody may read."""

from django.db.models import Q, QuerySet

from lifelong.accounts.models import User
from lifelong.calls.models import Call, Question
from lifelong.calls.queries.calls import authorities_issuing
from lifelong.institutions.queries import institutions_of
from lifelong.regions.queries import within

SHOW = ("waiting", "open", "answered", "published")


def attended_by(user: User) -> Q:
    """For officers: what is asked at their authority's calls, and by whom lies in their province."""
    issuing = authorities_issuing(user)
    codes = frozenset[str]().union(*(within(one.region) for one in issuing if one.region))
    return Q(call__issued_by__in=[one.pk for one in issuing]) | Q(institution__region_id__in=codes)


def questions_seen_by(user: User) -> QuerySet[Question]:
    """An institution's own, an officer's those they attend to."""
    seen = Q(institution__in=institutions_of(user).values("pk")) | Q(asked_by=user.pk)
    if user.has_right("questions.answer"):
        seen |= attended_by(user)
    return Question.objects.filter(seen).select_related(
        "call__issued_by__region", "institution", "asked_by", "answered_by"
    )


def waiting_questions(user: User) -> QuerySet[Question]:
    """Those that this person is to answer."""
    own = Q(institution__in=institutions_of(user).values("pk"))
    mine = own & Q(to_institution=True)
    if user.has_right("questions.answer"):
        mine |= attended_by(user) & Q(to_institution=False) & ~own
    return questions_seen_by(user).filter(mine, answered_at=None)


def questions(user: User, *, show: str = "", call: str = "", text: str = "") -> QuerySet[Question]:
    """The list: ``show`` is one of ``SHOW``, newest first; what waits is listed oldest first."""
    found = waiting_questions(user) if show == "waiting" else questions_seen_by(user)
    if show == "open":
        found = found.filter(answered_at=None)
    elif show == "answered":
        found = found.filter(answered_at__isnull=False)
    elif show == "published":
        found = found.filter(published_at__isnull=False)
    if call:
        found = found.filter(call__number=call)
    if text := text.strip():
        found = found.filter(
            Q(text__icontains=text) | Q(answer__icontains=text) | Q(institution__name__icontains=text)
            | Q(about__iexact=text)
        )  # fmt: skip
    return found.order_by("asked_at", "pk") if show == "waiting" else found.order_by("-asked_at", "-pk")


def published_questions(call: Call) -> QuerySet[Question]:
    """What everybody reads under a call; nothing that names who asked is taken along."""
    found = call.questions.filter(published_at__isnull=False)
    return found.only("pk", "public_text", "public_answer", "published_at").order_by("published_at", "pk")
