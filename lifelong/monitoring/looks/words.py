"""What the word lists as they stand now find in what the public reads, and how long papers hold: a platform's proof, a licence."""

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_noop as _

from lifelong.catalogue.models import Entry
from lifelong.media import captions
from lifelong.media.lifecycle import RenditionKind
from lifelong.media.models import Rendition
from lifelong.monitoring.looks import Seen, bad, fine, unknown
from lifelong.resources.models import Round
from lifelong.review.queries.obstacles import uncleared
from lifelong.screening import screen
from lifelong.screening.queries import version as lists_version
from lifelong.standards.platforms import LEVELS, REQUIRED_LEVEL, SOON
from lifelong.standards.queries import platform_for
from lifelong.web.said import said

FIELDS = ("title", "summary", "keywords", "rights_holder", "series_title", "category_path", "outline")
SHOWN = 10
LICENCE_SOON = timedelta(days=60)  # what is signed anew must pass two reviews before it is online


def reviewed(round: Round) -> Seen:
    """What is left of the hits after what reviewers cleared with a reason."""
    hits = [(hit.word, hit.context) for hit in uncleared().filter(round=round).order_by("pk")]
    return _told(hits)


def unreviewed(entry: Entry) -> Seen:
    """Of what came by a load, and no reviewer ever read here."""
    texts = {name: str(value) for name in FIELDS if (value := getattr(entry, name))}
    texts["speakers"] = "\n".join(one["name"] for one in entry.speakers)
    texts |= {f"file-{file['position']}": file["title"] for file in entry.files}
    said = Rendition.objects.filter(
        kind=RenditionKind.CAPTION, media_file__in=entry.version.files.values("captions__media_file")
    )
    for text in said:
        try:
            texts[f"caption-{text.pk}"] = "\n".join(cue.words for cue in captions.read(text.location.read_bytes()))
        except (OSError, captions.CaptionRefused):
            continue  # that is the captions' own trouble
    return _told([(hit.word, hit.context) for hit in screen(texts) if hit.severity == "block"])


def _told(hits: list[tuple[str, str]]) -> Seen:
    evidence: dict[str, Any] = {
        "lists": lists_version(), "hits": [{"word": word, "context": context} for word, context in hits[:SHOWN]],
    }  # fmt: skip
    known = {"lists": evidence["lists"]}
    if not hits:
        return fine(_("按现行词表没有命中禁用词。"), evidence=evidence, known=known)
    words = sorted({word for word, _context in hits})
    note = said(_("命中禁用词 %(n)s 处：%(words)s"), n=len(hits), words="、".join(words[:SHOWN]))
    return bad("text_word", note, evidence=evidence, telling=str(words), known=known)


def protection(host: str, *, today: date) -> Seen:
    """Only a proof that was given can run out; whether there is one at all was a matter of the review."""
    platform = platform_for(host)
    if platform is None or platform.level is None or platform.level < REQUIRED_LEVEL or platform.expires_date is None:
        return unknown(_("没有登记有效期的等级保护证明。"), evidence={"host": host})
    ends = platform.expires_date
    evidence = {"platform": platform.name, "level": str(LEVELS[platform.level]), "expires": ends.isoformat()}
    facts = {"name": platform.name, "day": ends.isoformat()}
    if ends < today:
        note = said(_("「%(name)s」的证明已于 %(day)s 到期。"), **facts)
        return bad("proof_over", note, evidence=evidence, telling=ends.isoformat())
    if ends - today <= SOON:
        note = said(_("「%(name)s」的证明将于 %(day)s 到期。"), **facts)
        return bad("proof_soon", note, evidence=evidence, telling=ends.isoformat())
    return fine(said(_("「%(name)s」的证明有效至 %(day)s。"), **facts), evidence=evidence)


def licence(until: str, *, today: date) -> Seen:
    """授权截止日期 of what is online; the last day still counts."""
    ends = date.fromisoformat(until)
    more: dict[str, Any] = {"evidence": {"expires": until}}
    if ends < today:
        return bad("licence_over", said(_("授权已于 %(day)s 到期。"), day=until), telling=until, **more)
    if ends - today <= LICENCE_SOON:
        return bad("licence_soon", said(_("授权将于 %(day)s 到期。"), day=until), telling=until, **more)
    return fine(said(_("授权有效至 %(day)s。"), day=until), **more)
