from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _


class MediaConfig(AppConfig):
    name = "lifelong.media"
    verbose_name = "媒体文件"

    def ready(self) -> None:
        from lifelong.audit.words import name_verbs
        from lifelong.media import bucket, health, storage
        from lifelong.media.words import VERBS
        from lifelong.web import desk, readiness
        from lifelong.web.health import register_health

        name_verbs(VERBS)
        readiness.register("storage", storage.trouble)
        if bucket.is_used():
            readiness.register("bucket", bucket.trouble, away=bucket.is_away)
        desk.register_menu(_menu)
        desk.register_waiting(_waiting)
        register_health(health.signs)


def _menu(user: Any) -> Iterator[Any]:
    from django.urls import reverse

    from lifelong.web.desk import Entry

    if user.has_right("review.open"):
        yield Entry(_("备好的文件"), reverse("prepared"), group=_("征集"), order=24)
    elif user.has_right("resources.sign"):
        yield Entry(_("备好的文件"), reverse("prepared"), group=_("资源报送"), order=27)
    if user.has_right("storage.manage"):
        yield Entry(_("存储空间"), reverse("storage"), group=_("运行"), order=82)


def _waiting(user: Any) -> Iterator[Any]:
    from django.urls import reverse

    from lifelong.media.queries import disk_is_short
    from lifelong.web.desk import Waiting

    if user.has_right("storage.manage") and disk_is_short():
        note = _("新的上传已暂停，已开始的保留着；请清理或扩充磁盘")
        yield Waiting(_("服务器存储空间不足"), 1, reverse("storage"), note=note, urgent=True)
