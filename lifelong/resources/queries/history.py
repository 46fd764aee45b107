"""A resource's versions and rounds: who handed in what when and what was decided; and any two of them compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from lifelong.accounts.models import User
from lifelong.media.models import MediaFile
from lifelong.resources.lifecycle import EDITABLE, State, Verb
from lifelong.resources.models import Resource, Round, Step, Version
from lifelong.resources.queries.comparing import Comparison, compare
from lifelong.resources.queries.freezing import files_of, values_of
from lifelong.resources.queries.reach import reach_of
from lifelong.resources.queries.timeline import Entry, entry_of

DECIDED = {
    Verb.FORWARDED, Verb.RETURNED, Verb.RETURNED_TO_PROVINCE, Verb.REFUSED, Verb.ACCEPTED, Verb.TAKEN_BACK,
    Verb.WAIVER_LIFTED, Verb.WITHDRAWN, Verb.PUBLISHED, Verb.SUPERSEDED,
}  # fmt: skip
BEGUN = {Verb.CREATED, Verb.COPIED, Verb.NEW_VERSION, Verb.IMPORTED, Verb.LOADED}
ON_ITS_WAY = EDITABLE | {State.UNIT_REVIEW}


@dataclass(frozen=True)
class Content:
    """What can be compared: a round as it was frozen, or a version as it stands (``round`` is None)."""

    version: Version
    round: Round | None

    @property
    def key(self) -> str:
        return f"v{self.version.number}" + (f"r{self.round.number}" if self.round else "")

    @property
    def label(self) -> str:
        facts = {"n": self.version.number, "round": self.round.number if self.round else 0}
        if self.round:
            return _("第 %(n)s 版第 %(round)s 轮") % facts
        return (_("第 %(n)s 版现在的草稿") if self.version.state in ON_ITS_WAY else _("第 %(n)s 版")) % facts

    @property
    def values(self) -> Mapping[str, Any]:
        return self.round.values if self.round else values_of(self.version)

    @property
    def files(self) -> Sequence[Mapping[str, Any]]:
        return self.round.files if self.round else files_of(self.version)


@dataclass
class RoundLine:
    content: Content
    decisions: list[Entry] = field(default_factory=list)


@dataclass
class VersionLine:
    version: Version
    online: bool
    begun: Entry | None = None
    living: Content | None = None  # compared as it stands: the own draft, or what never had a round
    rounds: list[RoundLine] = field(default_factory=list)


def history(resource: Resource, versions: Sequence[Version], user: User) -> list[VersionLine]:
    """The versions that the person sees, newest first, with their rounds, newest first. Two queries."""
    lines = {one.pk: VersionLine(one, one.pk == resource.online_version_id) for one in versions}
    rounds: dict[int, RoundLine] = {}
    handed_in = Round.objects.filter(version__in=lines).select_related("submitted_by").order_by("-number")
    for round in handed_in:
        rounds[round.pk] = RoundLine(Content(lines[round.version_id].version, round))
        lines[round.version_id].rounds.append(rounds[round.pk])
    steps = Step.objects.filter(version__in=lines).select_related("version", "round", "by").order_by("at", "pk")
    for step in steps:
        if step.verb in DECIDED and step.round_id in rounds:
            rounds[step.round_id].decisions.append(entry_of(step, user))
        elif step.verb in BEGUN:
            lines[step.version_id].begun = lines[step.version_id].begun or entry_of(step, user)
    for line in lines.values():
        if _stands(line, user):
            line.living = Content(line.version, None)
    return list(lines.values())


def _stands(line: VersionLine, user: User) -> bool:
    if line.version.deleted_at is not None:
        return False
    if line.version.state in ON_ITS_WAY:
        return line.version.resource.institution_id in reach_of(user).own
    return not line.rounds


def contents(lines: Sequence[VersionLine]) -> list[Content]:
    """Everything that can be compared, newest first."""
    found = []
    for line in lines:
        found += [line.living] if line.living else []
        found += [one.content for one in line.rounds]
    return found


def online_content(resource: Resource) -> Content | None:
    """What the public is shown now, or was shown last: the online version as it was published."""
    version = resource.online_version
    return Content(version, version.rounds.order_by("-number").first()) if version else None


def compared(before: Content, after: Content) -> tuple[Comparison, dict[int, MediaFile]]:
    """With the media files that the comparison names, by key. One query, and those of a living draft."""
    old, new = before.files, after.files
    files = MediaFile.objects.in_bulk({file["id"] for file in [*old, *new]})

    def facts(key: int) -> Mapping[str, Any]:
        return files[key].facts if key in files else {}

    return compare(before.values, after.values, old, new, facts), files


def against_online(version: Version, round: Round | None = None) -> tuple[Content, Content] | None:
    """What is online and what would take its place; None where nothing else is or was online."""
    online = online_content(version.resource)
    if online is None or online.version.pk == version.pk:
        return None
    return online, Content(version, round)
