"""What the operator's desk says of files and the disk."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from lifelong.media import bucket, queries, storage
from lifelong.web.health import Part, Sign
from lifelong.web.templatetags.web import bytesize

FAR = 3650  # days; nothing that concerns anybody


def signs(at: datetime) -> Iterator[Sign]:
    def sign(name: str, title: str, figure: float, part: Part = Part.BROKEN, **more: Any) -> Sign:
        return Sign(f"media.{name}", part, title, figure, url=reverse("storage"), right="storage.manage", **more)

    trouble = storage.trouble()
    yield sign(
        "storage",
        _("文件存不进去"),
        int(bool(trouble)),
        note=trouble,
        alarm_from=1,
        shown=_("存储拒绝写入") if trouble else "",
    )
    if bucket.is_used():
        trouble = bucket.trouble()
        yield sign(
            "bucket", _("对象存储不通"), int(bool(trouble)), note=trouble, alarm_from=1, shown=_("对象存储没有应答")
        )
    disk = queries.disk()
    room = disk.free - disk.announced - settings.DISK_KEPT_FREE_BYTES
    daily = queries.growth_per_day(at)
    days = min(room / daily if daily else FAR, FAR) if room > 0 else 0
    yield sign(
        "disk", _("磁盘空间"), int(days), unit=_("天"), watch_from=30, alarm_from=7, falls=True,
        shown=_("剩余 %(free)s，按近两周的增长还能用 %(days)s 天") % {"free": bytesize(disk.free), "days": int(days)}
        if days < FAR else _("剩余 %s") % bytesize(disk.free),
        note=_("用完后新的上传会暂停，已开始的保留。"),
    )  # fmt: skip
    refused = queries.refused_uploads(at)
    yield sign(
        "refused", _("内容与申报不符的上传"), refused, Part.ABUSED, unit=_("个"), watch_from=20, note=_("最近 24 小时")
    )
