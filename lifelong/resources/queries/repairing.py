"""What a page says of a file's repair: offered, under way, come to nothing, or made."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from lifelong.jobs.models import Job
from lifelong.media.models import MediaFile
from lifelong.media.queries import unfinished_repairs
from lifelong.media.repair import Recipe
from lifelong.resources.models import VersionFile
from lifelong.resources.queries.judging import facts_of, whole_of
from lifelong.standards.findings import Finding
from lifelong.standards.technical import packaged
from lifelong.standards.technical import repair_words as words
from lifelong.standards.technical.repairing import repair_of


@dataclass(frozen=True)
class Offer:
    """What one press would do; ``done`` empty where the platform cannot, and ``why_not`` says why."""

    done: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    left_behind: str = ""
    remaining: list[str] = field(default_factory=list)
    why_not: str = ""


@dataclass(frozen=True)
class Made:
    """What was done to an original, and by which program."""

    original: MediaFile
    done: list[str]
    left_behind: str
    program: str
    at: datetime | None


@dataclass(frozen=True)
class Mending:
    """Where the repair of one file stands; ``job`` is the running or the failed one."""

    offer: Offer | None = None
    made: Made | None = None
    job: Job | None = None

    @property
    def running(self) -> bool:
        return self.job is not None and not self.job.is_finished


def mendings(entries: Iterable[VersionFile]) -> dict[int, Mending]:
    """By media file; two queries where ``media_file__repair__original`` is loaded."""
    files = [entry.media_file for entry in entries]
    jobs = unfinished_repairs(files)
    return {file.pk: _mending(file, jobs.get(file.pk)) for file in files}


def _mending(file: MediaFile, job: Job | None) -> Mending:
    if made := made_of(file):
        return Mending(made=made)
    return Mending(offer=None if job and not job.is_finished else offer_of(file), job=job)


def running_repairs(files: Iterable[MediaFile]) -> list[MediaFile]:
    """Those that are being repaired at this moment; what is handed in now goes as it came."""
    known = list(files)
    jobs = unfinished_repairs(known)
    return [file for file in known if file.pk in jobs and not jobs[file.pk].is_finished]


def offer_of(file: MediaFile) -> Offer | None:
    facts = facts_of(file)
    found = repair_of(facts, packaged(), whole=whole_of(file)) if facts else None
    if facts is None or found is None:
        return None
    if found.recipe is None:
        return Offer(why_not=found.why_not)
    return Offer(
        words.done(found.recipe, facts), words.kept(found.recipe), words.left_behind(found.recipe),
        [_said(finding) for finding in found.remaining],
    )  # fmt: skip


def _said(finding: Finding) -> str:
    rule = packaged().requirement(finding.id)
    clause = _(rule.clause) if rule else finding.id
    return _("%(clause)s：实际 %(measured)s") % {"clause": clause, "measured": finding.measured}


def made_of(file: MediaFile) -> Made | None:
    """None for a file as it came."""
    original = file.handed_in
    facts = facts_of(original)
    if original == file or facts is None:
        return None
    recipe = Recipe.from_json(file.repair.recipe)
    return Made(
        original, words.done(recipe, facts), words.left_behind(recipe), file.repair.program, file.repair.finished_at
    )
