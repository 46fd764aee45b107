"""A list of entries as a file for who asked for it; kept for a day."""

from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from lifelong import jobs
from lifelong.audit import sheet
from lifelong.audit.actions.recording import record
from lifelong.jobs import progress
from lifelong.web.refusals import Refusal

FOLDER = "exports/audit"
MOST = 50_000


class TooMany(Refusal):
    code = "audit.too_many"


def order_export(filters: dict[str, str], form: str, *, by: Any, at: datetime) -> str:
    """Enqueue the making of the file; returns the job's id."""
    record("audit.exported", by=by, at=at, detail={"filters": filters, "form": form})
    return jobs.enqueue("lifelong.audit.tasks.export", filters, form, owner=by).id


def make_file(entries: Any, *, form: str, filters: list[str], number: int) -> str:
    """Write the file of job ``number``; returns its name in the storage. Refuses more than 50,000 entries."""
    total = entries.count()
    if total > MOST:
        raise TooMany(
            _("符合条件的记录有 %(total)s 条，一次最多导出 %(most)s 条。请缩小日期范围后再导出。")
            % {"total": total, "most": MOST}
        )
    content = sheet.as_bytes(_counted(entries, total), form, filters=filters)
    return default_storage.save(f"{FOLDER}/{number}.{form}", ContentFile(content))


def _counted(entries: Any, total: int) -> Any:
    last: int | None = None
    done = 0
    while page := list((entries.filter(pk__lt=last) if last else entries).order_by("-pk")[:1000]):
        yield from page
        last = page[-1].pk
        done += len(page)
        progress.report(done, total)


def sweep_exports(*, at: datetime) -> int:
    """Remove files older than a day."""
    if not default_storage.exists(FOLDER):
        return 0
    names = [f"{FOLDER}/{name}" for name in default_storage.listdir(FOLDER)[1]]
    old = [name for name in names if default_storage.get_modified_time(name) < at - timedelta(days=1)]
    for name in old:
        default_storage.delete(name)
    return len(old)
