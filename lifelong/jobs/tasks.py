"""What the queue does for itself, and for the database that it lies in."""

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from lifelong.jobs.actions import operating
from lifelong.jobs.schedule import daily, every


@daily(at="04:20")
@task(title=_("清理早已结束的任务"))
def sweep() -> int:
    return operating.sweep(at=timezone.now())


@every(hours=1)
@task(title=_("更新数据库统计信息"))
def learn_sizes() -> None:
    """SQLite chooses its way by what ANALYZE counted last; without it a page over 20,000 resources took minutes. A thousand
    entries of each index are enough (0.1 s); connections hear of it when they are opened anew. PostgreSQL sees to it itself.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA analysis_limit = 1000")
            cursor.execute("ANALYZE")
