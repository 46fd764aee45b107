"""xAPI 1.0.3: what a learner did, as statements. Touches no database.

Films follow the xAPI Video Profile (https://w3id.org/xapi/video) as far as what is measured here can fill it.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from lifelong.learning.intervals import DONE_SHARE

VERSION = "1.0.3"
Statement = dict[str, Any]
VERBS = {
    "initialized": ("http://adlnet.gov/expapi/verbs/initialized", "开始学习"),
    "terminated": ("http://adlnet.gov/expapi/verbs/terminated", "结束学习"),
    "completed": ("http://adlnet.gov/expapi/verbs/completed", "学完"),
    "rated": ("http://id.tincanapi.com/verb/rated", "评分"),
    "commented": ("http://adlnet.gov/expapi/verbs/commented", "评论"),
    "earned": ("http://id.tincanapi.com/verb/earned", "取得"),
    "voided": ("http://adlnet.gov/expapi/verbs/voided", "作废"),
}
VIDEO = "https://w3id.org/xapi/video"
KINDS = {
    "A01": f"{VIDEO}/activity-type/video",
    "A02": "http://activitystrea.ms/schema/1.0/audio",
    "A03": "http://adlnet.gov/expapi/activities/course",
}
CERTIFICATE = "https://www.opigno.org/en/tincan_registry/activity_type/certificate"


def statement_id(kind: str, key: object) -> uuid.UUID:
    """The same for the same thing that happened: sent twice, it is one statement."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{settings.SITE_URL}/xapi/{kind}/{key}")


def agent(pseudonym: object, email: str = "") -> dict[str, Any]:
    """Exactly one identifier, as the specification wants it; never a name."""
    if email:
        return {"objectType": "Agent", "mbox": f"mailto:{email}"}
    return {"objectType": "Agent", "account": {"homePage": settings.SITE_URL, "name": str(pseudonym)}}


def instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def duration(seconds: float) -> str:
    """ISO 8601, to the hundredth."""
    return f"PT{seconds:.2f}S"


def resource(entry: Any, file: int | None = None) -> dict[str, Any]:
    """A published resource as an activity; of a course of many each part is one of its own, and a film or a recording."""
    address = f"{settings.SITE_URL}/resources/{entry.identifier}"
    part = part_of(entry, file)
    kind = entry.type if part is None else "A02" if part["kind"] == "mp3" else "A01"
    title = entry.title if part is None else f"{entry.title} · {part['title']}"
    return {
        "objectType": "Activity",
        "id": address if part is None else f"{address}?file={file}",
        "definition": {"type": KINDS.get(kind, KINDS["A03"]), "name": {"zh-CN": title}, "moreInfo": address},
    }


def part_of(entry: Any, file: int | None) -> dict[str, Any] | None:
    return next((one for one in entry.files if one["position"] == file), None) if len(entry.files) > 1 else None


def segments(seen: Iterable[Sequence[float]]) -> str:
    """``0[.]12.5[,]20[.]31`` of the Video Profile."""
    return "[,]".join(f"{start:.3f}[.]{end:.3f}" for start, end in seen)


def begun(session: Any, entry: Any, length_s: float, actor: dict[str, Any]) -> Statement:
    context = _context(entry, session.file, session, length_s)
    return _said("initialized", session.pk, actor, resource(entry, session.file), session.began_at, context=context)


def ended(session: Any, progress: Any, entry: Any, actor: dict[str, Any]) -> Statement:
    """``duration``: the time that was really spent in this session, by the server's measure."""
    result = {"duration": duration(session.wall_s), "extensions": _seen(progress)}
    context = _context(entry, session.file, session, progress.length_s)
    about = resource(entry, session.file)
    return _said("terminated", session.pk, actor, about, session.last_at, result=result, context=context)


def completed(progress: Any, entry: Any, actor: dict[str, Any]) -> Statement:
    result = {"completion": True, "duration": duration(progress.wall_s), "extensions": _seen(progress)}
    context = _context(entry, progress.file, None, progress.length_s)
    context["extensions"][f"{VIDEO}/extensions/completion-threshold"] = DONE_SHARE
    about = resource(entry, progress.file)
    return _said("completed", progress.pk, actor, about, progress.completed_at, result=result, context=context)


def rated(rating: Any, entry: Any, actor: dict[str, Any]) -> Statement:
    score = {"raw": rating.stars, "min": 1, "max": 5, "scaled": (rating.stars - 1) / 4}
    key = f"{rating.pk}/{instant(rating.at)}"
    return _said("rated", key, actor, resource(entry), rating.at, result={"score": score})


def commented(comment: Any, entry: Any, actor: dict[str, Any]) -> Statement:
    return _said("commented", comment.pk, actor, resource(entry), comment.created_at, result={"response": comment.text})


def earned(certificate: Any, actor: dict[str, Any]) -> Statement:
    about = {
        "objectType": "Activity",
        "id": f"{settings.SITE_URL}/verify/{certificate.number}",
        "definition": {"type": CERTIFICATE, "name": {"zh-CN": f"学时证明 {certificate.number}"}},
    }
    result = {"duration": duration(certificate.content_s)}
    return _said("earned", certificate.number, actor, about, certificate.issued_at, result=result)


def voided(statement: uuid.UUID, actor: dict[str, Any], at: datetime) -> Statement:
    return _said(
        "voided", f"{statement}/{instant(at)}", actor, {"objectType": "StatementRef", "id": str(statement)}, at
    )


def _said(verb: str, key: object, actor: dict[str, Any], about: dict[str, Any], at: datetime, **more: Any) -> Statement:
    iri, words = VERBS[verb]
    said = {
        "id": str(statement_id(verb, key)), "actor": actor,
        "verb": {"id": iri, "display": {"en-US": verb, "zh-CN": words}}, "object": about, "timestamp": instant(at),
    }  # fmt: skip
    if about["objectType"] == "Activity":
        more["context"] = {"platform": settings.SITE_URL} | more.get("context", {})
    return said | more


def _context(entry: Any, file: int, session: Any, length_s: float) -> dict[str, Any]:
    found: dict[str, Any] = {"language": "zh-CN", "extensions": {f"{VIDEO}/extensions/length": round(length_s)}}
    if session is not None:
        found["extensions"][f"{VIDEO}/extensions/session-id"] = str(session.pk)
    around: dict[str, Any] = {}
    if resource(entry, file)["definition"]["type"] == KINDS["A01"]:
        around["category"] = [{"objectType": "Activity", "id": VIDEO}]
    if part_of(entry, file):
        around["parent"] = [resource(entry)]
    return found | ({"contextActivities": around} if around else {})


def _seen(progress: Any) -> dict[str, Any]:
    share = min(1.0, progress.seen_s / progress.length_s) if progress.length_s else 0.0
    return {
        f"{VIDEO}/extensions/time": round(progress.place_s, 3),
        f"{VIDEO}/extensions/progress": round(share, 3),
        f"{VIDEO}/extensions/played-segments": segments(progress.seen),
    }
