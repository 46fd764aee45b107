"""A small library, made by the same actions as a real one."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from lifelong.accounts.models import User
from lifelong.catalogue.actions.loading import Progress, load
from lifelong.catalogue.models import Entry
from lifelong.media import storage
from lifelong.resources.lifecycle import State
from lifelong.resources.models import Version
from lifelong.review.actions import batches
from lifelong.review.models import Batch
from lifelong.review.tests import desk
from lifelong.standards.queries.judging import metadata_context

LINES: list[dict[str, Any]] = [
    {"title": "二十四式太极拳入门", "area": "older", "category": "主动健康", "keywords": "太极拳;健身", "speakers": "张建华",
     "summary": "从起势到收势，每一式都分步示范。", "declared_views": 36500, "series": "太极拳系列", "series_order": "01",
     "outline": '<catalog version="1"><item no="1" title="起势" start="00:00:00"/><item no="2" title="野马分鬃" start="00:01:35"/></catalog>'},
    {"title": "太极拳进阶", "area": "older", "category": "主动健康", "series": "太极拳系列", "series_order": "02", "type": "A02"},
    {"title": "智能手机摄影基础", "area": "older", "category": "技能提升-数字生活技能", "declared_views": 10, "duration": "00:20:00"},
    {"title": "中医养生保健", "area": "community", "institution": "4110002", "duration": "01:20:00"},
    {"title": "高等数学", "area": "degree", "type": "A03", "link": "https://www.icourse163.org/course/1", "host_platform": "中国大学MOOC"},
]  # fmt: skip


def line(**given: Any) -> dict[str, Any]:
    return {"title": "书法入门", "type": "A01", "area": "older", "institution": "4110001", "region": "410300", **given}


def written(path: Path, lines: list[Any]) -> Path:
    texts = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in lines]
    path.write_text("\n".join(texts) + "\n", "utf-8")
    return path


def loaded(*lines: dict[str, Any], name: str = "old.jsonl") -> Progress:
    path = written(Path(settings.DATA) / name, [line(**one) for one in (lines or LINES)])
    return load(path, at=timezone.now() - timedelta(minutes=1), context=metadata_context("load"))


def entry(title: str) -> Entry:
    return Entry.objects.shown_or_not().get(title=title)


def accepted(*titles: str) -> list[Version]:
    return [desk.handed_in(title, state=State.ACCEPTED).version for title in titles]


def batch_of(versions: list[Version], final: User, number: str = "2026-01") -> Batch:
    batch = batches.create_batch(number=number, title=f"第 {number} 批", by=final, at=timezone.now())
    batches.add_versions(batch, versions, by=final, at=timezone.now())
    batches.schedule(batch, publish_at=timezone.now(), by=final, at=timezone.now())
    return Batch.objects.get(pk=batch.pk)


def published(final: User, *titles: str, number: str = "2026-01") -> Batch:
    return batches.publish(batch_of(accepted(*(titles or ("太极拳起势", "八段锦"))), final, number), at=timezone.now())


def public_files() -> set[str]:
    return {path.stem for path in Path(settings.PUBLIC_FILES).rglob("*.*") if path.suffix != storage.FORMER}
