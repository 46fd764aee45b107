"""The queue of a stage: what waits, with what is known against it, filtered from the address."""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.models import Appointment, User
from lifelong.calls.models import Call
from lifelong.institutions.models import Institution
from lifelong.media.models import MediaFile
from lifelong.media.queries import sampled
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Finding, LinkCheck, Round, ScreeningHit, Verdict, VersionFile
from lifelong.resources.queries.reach import reach_of
from lifelong.resources.queries.reading import text_of
from lifelong.review.lifecycle import WAITS_IN, Stage
from lifelong.review.models import Decision, Hold, Waiver
from lifelong.review.queries.experts import OFFICES, authority_for, same_house
from lifelong.review.queries.obstacles import RUNNING, uncleared, unwaived

SHOWS = {
    "waiting": None,  # the state in which the stage waits
    "submitted": [State.SUBMITTED],
    "forwarded": [State.FORWARDED],
    "returned": [State.RETURNED],
    "accepted": [State.ACCEPTED],
    "refused": [State.REFUSED],
    "published": [State.PUBLISHED, State.SUPERSEDED],
    "withdrawn": [State.WITHDRAWN],
    "all": list(State),
}


IN_REACH = "version__resource__institution"
SHOWN_WITH = (IN_REACH, "version__cover", "call", "submitted_by")
IN_A_ROW = (
    "number", "submitted_at", "version__number", "version__title", "version__type", "version__area", "version__duration",
    "version__state", "version__resource__resource_id", f"{IN_REACH}__name",
)  # fmt: skip
IN_ORDER = (
    "version__handed_in_at",
    "version__last_round_id",
)  # the newest round's instant and key, as the index has them


@dataclass(frozen=True)
class Filters:
    """What the address may narrow; empty means everything."""

    show: str = "waiting"
    call: str = ""
    institution: str = ""
    area: str = ""
    type: str = ""
    hands: str = ""  # mine | free | taken
    look: str = ""  # clean | fail | block | running | waived | again
    q: str = ""

    @classmethod
    def of(cls, query: Any) -> "Filters":
        given = {name: query.get(name, "").strip() for name in cls.__dataclass_fields__}
        return cls(**{**given, "show": given["show"] if given["show"] in SHOWS else "waiting"})


SHOWN = {
    "waiting": _("等我审核"), "submitted": State.SUBMITTED.label, "forwarded": State.FORWARDED.label, "returned": _("已退回"), "accepted": _("待上线"), "refused": _("不予通过"), "published": _("已上线"),
    "withdrawn": _("已撤回"), "all": _("全部"),
}  # fmt: skip
LOOKS = {
    "clean": _("没有问题"), "fail": _("有不符合项"), "block": _("命中禁用词"), "running": _("检测中"), "waived": _("有豁免"),
    "again": _("再次报送"),
}  # fmt: skip
HANDS = {"mine": _("我在办"), "free": _("没人在办"), "taken": _("有人在办")}


def shows_of(stage: Stage) -> list[str]:
    """What the list of a stage may be narrowed to; what waits there goes by one name."""
    return [show for show, states in SHOWS.items() if states != [WAITS_IN[stage]]]


def filters_in_words(filters: Filters) -> list[str]:
    """What narrows the queue, for the head of a sheet."""
    found: list[Any] = [SHOWN[filters.show], LOOKS.get(filters.look), HANDS.get(filters.hands)]
    found += [text_of(name, getattr(filters, name)) for name in ("area", "type")]
    found.append(Institution.objects.filter(code=filters.institution).first() if filters.institution else None)
    return [str(word) for word in (*found, filters.call, filters.q) if word]


def tally(rows: QuerySet, key: str = "round") -> Coalesce:
    """The number of rows of a related table for each round, as one column."""
    counted = rows.filter(**{key: OuterRef("pk")}).order_by().values(key).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def rounds_in_reach(user: User, stage: Stage) -> QuerySet[Round]:
    """The newest round of every version that was handed in and lies within the person's reach at this stage."""
    rounds = Round.objects.filter(pk=F("version__last_round"))
    if stage == Stage.PROVINCIAL:
        rounds = rounds.filter(version__resource__institution__region_id__in=reach_of(user).regions)
    return rounds.select_related(*SHOWN_WITH)


def known_against(stage: Stage) -> dict[str, Any]:
    """``fails`` (unwaived), ``waived``, ``warns``, ``blocks`` (uncleared), ``looks`` and ``running`` of a round."""
    return {
        "fails": tally(unwaived()),
        "waived": tally(Waiver.objects.filter(lifted_at__isnull=True), "finding__round"),
        "warns": tally(Finding.objects.filter(verdict__in=[Verdict.WARN, Verdict.UNKNOWN])),
        "blocks": tally(uncleared()),
        "looks": tally(ScreeningHit.objects.filter(severity="look")),
        "running": running(stage),
    }


def running(stage: Stage) -> Any:
    """What is being measured are a few, found once and not asked of each round; a sampled file is looked for at each."""
    measured = MediaFile.objects.filter(probe_state__in=RUNNING)
    outstanding = VersionFile.objects.filter(media_file__in=measured).values("version")
    untried = LinkCheck.objects.filter(checked_at__isnull=True).values("version")
    known = Q(version__in=outstanding) | Q(version__in=untried)
    if stage == Stage.FINAL:
        own = VersionFile.objects.filter(version=OuterRef(OuterRef("version"))).values("media_file")
        known |= Q(Exists(sampled().filter(pk__in=own)))
    return known


def clean(stage: Stage) -> Any:
    """Nothing stands against a round: at the first fail it is known not to be so, and none is counted."""
    of = OuterRef("pk")
    return ~Exists(unwaived().filter(round=of)) & ~Exists(uncleared().filter(round=of)) & ~running(stage)


def queue(user: User, stage: Stage, filters: Filters) -> QuerySet[Round]:
    """The desk's list, oldest submit first; of each no more is asked than the filters need (``described``)."""
    rounds = rounds_in_reach(user, stage)
    if filters.show != "all":
        rounds = rounds.filter(version__state__in=SHOWS[filters.show] or [WAITS_IN[stage]])
    if filters.call:
        rounds = rounds.filter(call__number=filters.call)
    if filters.institution:
        rounds = rounds.filter(version__resource__institution__code=filters.institution)
    if filters.area:
        rounds = rounds.filter(version__area=filters.area)
    if filters.type:
        rounds = rounds.filter(version__type=filters.type)
    if filters.q:
        rounds = rounds.filter(
            Q(version__title__icontains=filters.q)
            | Q(version__resource__resource_id__iexact=filters.q)
            | Q(receipt_number__iexact=filters.q)
            | Q(version__speakers__icontains=filters.q)
        )
    rounds = in_hands(looking_like(rounds, filters.look, stage), filters.hands, user, stage)
    return rounds.order_by(*IN_ORDER)


def described(rounds: QuerySet[Round], stage: Stage) -> "QuerySet[Any]":
    """With what is known against each, and with ``holder`` (a name) and ``holder_id``."""
    return rounds.annotate(
        **known_against(stage), holder=Subquery(holds(stage).values("user__name")[:1]),
        holder_id=Subquery(holds(stage).values("user")[:1]),
    )  # fmt: skip


def described_page(rounds: QuerySet[Round], stage: Stage) -> "QuerySet[Any]":
    """Of a slice of the queue: asked for its rows alone, not for every row that was passed over on the way."""
    chosen = Round.objects.filter(pk__in=list(rounds.values_list("pk", flat=True)))
    return described(chosen.select_related(IN_REACH).only(*IN_A_ROW), stage).order_by("submitted_at", "pk")


def holds(stage: Stage) -> QuerySet[Hold]:
    """Standing ones, of a round in an outer query."""
    return Hold.objects.standing(timezone.now()).filter(round=OuterRef("pk"), stage=stage)


def in_hands(rounds: QuerySet[Round], hands: str, user: User, stage: Stage) -> QuerySet[Round]:
    """Narrowed to one's own, to what nobody has, to what anybody has, to what one may work on."""
    if not hands:
        return rounds
    held = holds(stage)
    narrowed: dict[str, Any] = {
        "mine": Exists(held.filter(user=user)), "free": ~Exists(held), "taken": Exists(held),
        "workable": ~Exists(held.exclude(user=user)),
    }  # fmt: skip
    return rounds.filter(narrowed[hands]) if hands in narrowed else rounds


def looking_like(rounds: QuerySet[Round], look: str, stage: Stage) -> QuerySet[Round]:
    if not look:
        return rounds
    of = OuterRef("pk")
    standing = Waiver.objects.filter(lifted_at__isnull=True, finding__round=of)
    narrowed: dict[str, Any] = {
        "clean": clean(stage), "fail": Exists(unwaived().filter(round=of)), "block": Exists(uncleared().filter(round=of)),
        "running": running(stage), "waived": Exists(standing), "again": Q(number__gt=1),
    }  # fmt: skip
    return rounds.filter(narrowed[look]) if look in narrowed else rounds


def waiting_numbers(user: User, stage: Stage) -> dict[str, int]:
    """How many wait at this stage, how many of them could go at once."""
    waiting = rounds_in_reach(user, stage).filter(version__state=WAITS_IN[stage])
    return waiting.aggregate(waiting=Count("pk"), clean=Count("pk", filter=clean(stage)))


def choices(user: User, stage: Stage) -> dict[str, Any]:
    """What the filters offer: calls and institutions that have something here."""
    rounds, places = Round.objects.order_by(), Institution.objects.order_by("code")
    if stage == Stage.PROVINCIAL:
        regions = reach_of(user).regions
        rounds = rounds.filter(version__resource__institution__region_id__in=regions)
        places = places.filter(region_id__in=regions)
    calls = Call.objects.filter(Exists(rounds.filter(call=OuterRef("pk")))).order_by("-pk")
    handed_in = Exists(Round.objects.filter(version__resource__institution=OuterRef("pk")))
    institutions = places.filter(handed_in).values_list("code", "name")
    return {"calls": calls.values_list("number", "title"), "institutions": institutions}


def neighbours(user: User, stage: Stage, filters: Filters, round: Round) -> dict[str, Round | None]:
    """The one before and the one after in the filtered queue; what a colleague has in hand is passed over."""
    workable = filters if filters.hands else replace(filters, hands="workable")
    ahead = queue(user, stage, workable).exclude(pk=round.pk).select_related(None).only("pk")
    instant = round.submitted_at
    later = Q(version__handed_in_at__gt=instant) | Q(version__last_round__gt=round.pk)
    earlier = Q(version__handed_in_at__lt=instant) | Q(version__last_round__lt=round.pk)
    backwards = [f"-{name}" for name in IN_ORDER]
    return {  # the bound that holds for every row is where the index begins
        "next": ahead.filter(later, version__handed_in_at__gte=instant).first(),
        "previous": ahead.filter(earlier, version__handed_in_at__lte=instant).order_by(*backwards).first(),
    }


def decisions_of(round: Round) -> QuerySet[Decision]:
    """Every decision on the version's rounds, oldest first."""
    return (
        Decision.objects.filter(round__version=round.version_id)
        .select_related("by", "authority", "takes_back", "taken_back_by", "round")
        .order_by(F("at"), "pk")
    )


def colleagues(user: User, stage: Stage) -> QuerySet[User]:
    """Who else works at this desk: officers of the same house."""
    authority = authority_for(user, stage)
    if authority is None:
        return User.objects.none()
    held = Appointment.objects.open_at(timezone.now()).filter(same_house(authority), role__in=OFFICES[stage][0])
    return User.objects.filter(pk__in=held.values("user"), is_active=True).exclude(pk=user.pk).order_by("name", "pk")
