"""One round whole, as the review page shows it: values, what changed, findings, hits in context, declaration."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from lifelong.media.models import MediaFile, Rendition
from lifelong.resources.models import Finding, Round, ScreeningHit, Verdict
from lifelong.resources.queries.reading import rule_title
from lifelong.resources.queries.repairing import made_of
from lifelong.review.models import Clearance, Waiver

ORDER = {Verdict.FAIL: 0, Verdict.UNKNOWN: 1, Verdict.WARN: 2, Verdict.PASS: 3}


@dataclass(frozen=True)
class Value:
    """A field as submitted: Chinese name, value, and the value of the round before where it differs."""

    name: str
    label: str
    value: Any
    before: Any = None
    changed: bool = False


@dataclass(frozen=True)
class Judged:
    """A finding as the page shows it: its title, the waiver that stands, the last one that was lifted."""

    finding: Finding
    title: str
    standing: Waiver | None
    lifted: Waiver | None


@dataclass(frozen=True)
class Found:
    """A hit of the word lists, and the clearance where there is one."""

    hit: ScreeningHit
    cleared: Clearance | None


def findings_of(round: Round) -> list[Judged]:
    """Findings, the gravest first."""
    rows = Finding.objects.filter(round=round).select_related("media_file")
    rows = rows.prefetch_related(Prefetch("waivers", Waiver.objects.select_related("by", "lifted_by").order_by("at")))
    return [judged(finding) for finding in sorted(rows, key=lambda f: (ORDER[Verdict(f.verdict)], f.pk))]


def judged(finding: Finding) -> Judged:
    waivers = list(finding.waivers.all())
    standing = next((waiver for waiver in waivers if waiver.lifted_at is None), None)
    lifted = next((waiver for waiver in reversed(waivers) if waiver.lifted_at), None)
    return Judged(finding, rule_title(finding), standing, lifted)


def hits_of(round: Round) -> list[Found]:
    """Hits, blocking ones first."""
    cleared = {c.hit_id: c for c in Clearance.objects.filter(hit__round=round).select_related("by")}
    hits = sorted(ScreeningHit.objects.filter(round=round), key=lambda h: (h.severity != "block", h.field, h.start))
    return [Found(hit, cleared.get(hit.pk)) for hit in hits]


def values_of(round: Round, labels: dict[str, str]) -> list[Value]:
    """The fields in the standard's order, with what changed since the last round."""
    before = round.version.rounds.filter(number=round.number - 1).values_list("values", flat=True).first() or {}
    shown = []
    for name, label in labels.items():
        value, earlier = round.values.get(name), before.get(name)
        changed = bool(before) and (value or "") != (earlier or "")
        if value not in (None, "", []) or changed:
            shown.append(Value(name, label, value, earlier, changed))
    return shown


def changed_files(round: Round) -> bool:
    """Whether a file differs from the last round's, by hash."""
    before = round.version.rounds.filter(number=round.number - 1).values_list("files", flat=True).first()
    return before is not None and {f["sha256"] for f in before} != {f["sha256"] for f in round.files}


def playable(round: Round) -> list[dict[str, Any]]:
    """The round's media in order: file, its title, and the rendition to play (None until it is made)."""
    wanted = {file["id"]: file for file in round.files if file.get("kind", "media") == "media"}
    files = {f.pk: f for f in MediaFile.objects.select_related("repair__original").filter(pk__in=wanted)}
    made = Rendition.objects.filter(media_file__in=wanted)
    best = {r.media_file_id: r for r in made if r.kind in {"mp4", "mp3"}}
    posters = {r.media_file_id: r for r in made if r.kind == "poster"}
    return [
        {
            "file": files[pk],
            "title": entry.get("title") or entry["name"],
            "rendition": best.get(pk),
            "poster": posters.get(pk),
            "made": made_of(files[pk]),
        }
        for pk, entry in wanted.items()
        if pk in files
    ]


def tracks(round: Round) -> dict[int, list[tuple[str, Rendition]]]:
    """By media file: language and text of the captions that the round froze."""
    frozen = [(file["id"], caption) for file in round.files for caption in file.get("captions", [])]
    texts = Rendition.objects.filter(kind="caption", media_file__in=[caption["id"] for _, caption in frozen])
    by_file = {text.media_file_id: text for text in texts}
    found: dict[int, list[tuple[str, Rendition]]] = {}
    for file, caption in frozen:
        if caption["id"] in by_file:
            found.setdefault(file, []).append((caption["language"], by_file[caption["id"]]))
    return found
