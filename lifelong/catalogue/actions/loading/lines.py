"""One line of a file to load: read, judged by the one validator, known again by its key. Writes nothing."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from lifelong.regions.queries import tree as region_tree
from lifelong.resources.identifiers import as_written
from lifelong.standards.metadata import Context, Result, validate

LONGEST_LINE = 1_000_000  # bytes
EARLIEST = datetime(1949, 10, 1, tzinfo=UTC)
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,59}")
_REGION = re.compile(r"[0-9]{6}")


@dataclass
class Line:
    """A line as it was judged. ``problems`` empty: it may be written."""

    number: int
    raw: bytes
    problems: list[dict[str, Any]] = field(default_factory=list)
    key: str = ""
    institution: str = ""
    institution_name: str = ""
    region: str | None = None
    resource_id: str = ""
    own_number: str = ""
    published_at: datetime | None = None
    result: Result | None = None

    def wrong(self, name: str, code: str, message: str, found: Any = "") -> None:
        self.problems.append({"field": name, "code": f"{name}.{code}", "found": str(found)[:120], "message": message})

    def to_json(self) -> str:
        """A line of FILE.rejected.jsonl: why, and what stood there."""
        try:
            record: Any = json.loads(self.raw)
        except ValueError:
            record = self.raw.decode("utf-8", "replace")[:2_000]
        return json.dumps({"line": self.number, "problems": self.problems, "record": record}, ensure_ascii=False)


def judge(number: int, raw: bytes, context: Context, now: datetime) -> Line:
    line = Line(number, raw)
    record = _record(line)
    if record is None:
        return line
    _institution(line, record)
    _region(line, record.get("region"))
    _published(line, record.get("published_at"), now)
    _key(line, record)
    line.result = validate(record, context=context)
    line.problems += [problem.to_json() for problem in line.result.errors]
    return line


def _record(line: Line) -> dict[str, Any] | None:
    if len(line.raw) > LONGEST_LINE:
        line.wrong("line", "length", _("这一行超过 1 MB，不像一条记录。"))
        return None
    try:
        record = json.loads(line.raw)
    except (ValueError, RecursionError) as error:
        line.wrong(
            "line", "json", _("不是一行完整的 JSON：%(why)s") % {"why": error}, line.raw[:80].decode("utf-8", "replace")
        )
        return None
    if not isinstance(record, dict):
        line.wrong(
            "line", "json", _('每行应是一个 JSON 对象，例如 {"title": "…", "type": "A01"}。'), type(record).__name__
        )
        return None
    return record


def _institution(line: Line, record: dict[str, Any]) -> None:
    code = record.get("institution")
    code = str(code).strip() if isinstance(code, str | int) and not isinstance(code, bool) else ""
    if not code:
        line.wrong("institution", "missing", _("没有写单位代码 institution。"))
    elif not _CODE.fullmatch(code):
        line.wrong(
            "institution", "format", _("单位代码只用字母、数字、点和短横，不超过 60 位，例如 4141010465。"), code
        )
    line.institution = code
    name = record.get("institution_name")
    line.institution_name = name.strip()[:100] if isinstance(name, str) else ""
    own = record.get("own_number")
    line.own_number = str(own).strip()[:64] if isinstance(own, str | int) and not isinstance(own, bool) else ""


def _region(line: Line, given: Any) -> None:
    """A GB/T 2260 code; one that we do not list is taken as the nearest above it that we do."""
    if given in (None, ""):
        return
    code = str(given).strip()
    known = region_tree().regions
    if not _REGION.fullmatch(code):
        line.wrong("region", "format", _("地区应为 6 位行政区划代码，例如 410100。"), given)
        return
    line.region = next((near for near in (code, code[:4] + "00", code[:2] + "0000") if near in known), None)
    if line.region is None:
        line.wrong("region", "unknown", _("没有这个行政区划代码，例如 410100。"), given)


def _published(line: Line, given: Any, now: datetime) -> None:
    """``published_at`` may say when the old library published it; a day or an instant, not in the future."""
    if given in (None, ""):
        return
    moment = _instant(given) if isinstance(given, str) else None
    if moment is None or moment > now or moment < EARLIEST:
        line.wrong("published_at", "format", _("发布时间应为不晚于今天的日期，例如 2022-05-20。"), given)
        return
    line.published_at = moment


@lru_cache(maxsize=4_096)
def _instant(written: str) -> datetime | None:
    """A day or an instant as written; None where it is neither. A library's days come again and again."""
    try:
        moment = parse_datetime(written)
        day = parse_date(written) if moment is None else None
    except ValueError:
        return None
    if day is not None:
        moment = datetime.combine(day, time())
    return timezone.make_aware(moment) if moment is not None and timezone.is_naive(moment) else moment


def _key(line: Line, record: dict[str, Any]) -> None:
    """By what the record is known again: ``resource_id``, else institution and ``own_number``, else the line itself."""
    given = record.get("resource_id")
    given = str(given).strip() if isinstance(given, str | int) and not isinstance(given, bool) else ""
    if given:
        line.resource_id = as_written(given)
        parts = ["id", given]
    elif line.own_number:
        parts = ["own", line.institution, line.own_number]
    else:
        parts = ["line", json.dumps(record, ensure_ascii=False, sort_keys=True)]
    line.key = hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
