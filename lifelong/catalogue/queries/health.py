"""Whether this machine's index keeps up."""

import time
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from lifelong.catalogue.models import Change
from lifelong.catalogue.queries.listing import view_now
from lifelong.catalogue.search.shelf import Shelf

PATIENCE_S = 30  # with changes waiting and no commit, the feeder is not just busy


def index_lag() -> int | None:
    """How many lines of the change log the index has not taken over; None while there is no index."""
    view = view_now()
    return Change.objects.filter(seq__gt=view.cursor).count() if view is not None else None


def index_trouble() -> str:
    """Empty where search is level or visibly catching up; else one sentence."""
    lag = index_lag()
    if lag is None:
        return _("本机还没有检索索引，feeder 正在建立或没有启动。")
    folder = Shelf(Path(settings.INDEX)).current()
    idle_s = time.time() - (folder / "meta.json").stat().st_mtime if folder else float("inf")
    if lag and idle_s > PATIENCE_S:
        return _("检索索引落后 %(lag)s 项变更，已 %(idle)s 秒没有更新，请检查 feeder。") % {
            "lag": lag,
            "idle": round(idle_s),
        }
    return ""
