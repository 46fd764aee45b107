"""经过: who did what when and why, over all versions of a resource; and where it is now, with whom, until when."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from lifelong.accounts.models import Authority, AuthorityKind, User
from lifelong.audit.masks import mask_name
from lifelong.calls import windows
from lifelong.calls.lifecycle import Stage
from lifelong.regions.queries import province_of
from lifelong.resources.lifecycle import Availability, State, Verb
from lifelong.resources.models import Resource, Round, Step, Version
from lifelong.resources.queries.reach import reach_of
from lifelong.standards.metadata import standard

DESK_OF = {State.SUBMITTED: Stage.PROVINCIAL_REVIEW, State.FORWARDED: Stage.FINAL_REVIEW}


@dataclass(frozen=True)
class Entry:
    """One line: ``reasons`` are (heading or nothing, text); ``who`` is as much of a name as the reader may see."""

    at: datetime
    verb: str
    who: str = ""
    version: int | None = None
    state: str = ""
    note: str = ""
    reasons: list[tuple[str, str]] = field(default_factory=list)
    receipt: str = ""
    on_behalf_of: str = ""
    question: int = 0  # where it is answered


Source = Callable[[Resource, User], Iterable[Entry]]
_sources: list[Source] = []


def register_source(source: Source) -> None:
    """Later chapters add lines of their own (waivers, questions): ``source(resource, user)`` yields entries."""
    if source not in _sources:
        _sources.append(source)


def heading_of(name: str) -> str:
    """A field's heading in the standard; the files, which are no field, by their word; nothing for a rule's name."""
    known = standard().by_name.get(name)
    if known is None:
        return _("媒体文件") if name in {"media", "files"} else ""
    return _(known.heading)


def timeline(resource: Resource, user: User) -> list[Entry]:
    """The newest first. Two queries and those of the registered sources."""
    steps = Step.objects.filter(version__resource=resource).select_related("version", "round", "by")
    entries = [entry_of(step, user) for step in steps]
    entries += [entry for source in _sources for entry in source(resource, user)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def entry_of(step: Step, user: User) -> Entry:
    known = step.verb in Verb.values
    state = State(step.to_state).label if step.to_state else ""
    return Entry(
        at=step.at, verb=str(Verb(step.verb).label if known else state or step.verb), who=step.by.get_full_name() if step.by and step.on_behalf_of else named(step.by, user),
        version=step.version.number, state=step.to_state, note=step.note, on_behalf_of=step.on_behalf_of,
        reasons=[(heading_of(reason.get("field", "")), reason["text"]) for reason in step.reasons],
        receipt=step.round.receipt_number if step.round and step.verb == Verb.SUBMITTED else "",
    )  # fmt: skip


def submitted_for(round: Round) -> str:
    """Whom the round was handed in for by an officer; empty where the institution did so itself."""
    found = Step.objects.filter(round=round, verb=Verb.SUBMITTED).values_list("on_behalf_of", flat=True)
    return found.first() or ""


@dataclass(frozen=True)
class Return:
    """Why it came back: ``reasons`` are (field in code, heading, text)."""

    reasons: list[tuple[str, str, str]]
    note: str
    at: datetime


def last_return(version: Version) -> Return | None:
    step = version.steps.filter(to_state=State.RETURNED).order_by("-at", "-id").first()
    if step is None:
        return None
    reasons = [(r.get("field", ""), heading_of(r.get("field", "")), r["text"]) for r in step.reasons]
    return Return(reasons, step.note, step.at)


def named(who: User | None, reader: User) -> str:
    """Colleagues and officers are told the name; an institution is told of an officer only 张*."""
    if who is None:
        return _("系统")
    reach = reach_of(reader)
    if who.pk == reader.pk or reach.regions or reach.decides_finally or reach.operates:
        return who.get_full_name()
    if reach.own & reach_of(who).own:
        return who.get_full_name()
    return mask_name(who.get_full_name())


@dataclass(frozen=True)
class Whereabouts:
    """在哪里、由谁办理、预计何时: texts for the page; ``late`` where the expected day is past (a target, never a lock)."""

    place: str
    with_whom: str
    expected_at: datetime | None = None
    expects: str = ""
    late: bool = False


def whereabouts(version: Version, at: datetime) -> Whereabouts:
    state, institution = State(version.state), version.resource.institution
    if state in {State.DRAFT, State.RETURNED}:
        due_at = version.return_due_at or _end(version, Stage.SUBMISSION)
        return Whereabouts(str(state.label), _("本单位报送工作负责人"), due_at, _("应在此前报送"), _past(due_at, at))
    if state == State.UNIT_REVIEW:
        due_at = version.return_due_at or _end(version, Stage.SUBMISSION)
        return Whereabouts(str(state.label), _("本单位审核人"), due_at, _("应在此前签署报送"), _past(due_at, at))
    if state in DESK_OF:
        due_at = _end(version, DESK_OF[state])
        return Whereabouts(str(state.label), _desk(version, state), due_at, _("预计在此前答复"), _past(due_at, at))
    if state == State.ACCEPTED:
        return Whereabouts(str(state.label), ministry(), None, _("随下一批次上线"))
    if state == State.PUBLISHED:
        availability = Availability(version.resource.availability)
        return Whereabouts(str(availability.label), _("公众可以学习") if availability == Availability.ONLINE else "")
    return Whereabouts(str(state.label), institution.name)


def ministry() -> str:
    found = Authority.objects.filter(kind=AuthorityKind.MINISTRY, part_of=None).first()
    return found.name if found else _("教育部")


def province(version: Version) -> str:
    home = version.resource.institution.region_id
    region = province_of(home) if home else None
    found = (
        Authority.objects.filter(kind=AuthorityKind.PROVINCE, region=region, part_of=None).first() if region else None
    )
    return found.name if found else _("省级教育行政部门")


def _desk(version: Version, state: State) -> str:
    return province(version) if state == State.SUBMITTED else ministry()


def _end(version: Version, stage: Stage) -> datetime | None:
    return windows.effective_end(version.call, stage, version.resource.institution) if version.call else None


def _past(due_at: datetime | None, at: datetime) -> bool:
    return due_at is not None and at >= due_at
