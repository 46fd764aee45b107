"""The archive as a kind of prepared file."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from lifelong.accounts.models import User
from lifelong.calls.models import Call
from lifelong.calls.policy import can_archive
from lifelong.jobs import progress
from lifelong.media import storage
from lifelong.media.actions import DiskFull
from lifelong.media.prepared import Facts, Kind
from lifelong.review.archive import contents
from lifelong.review.archive.zipping import Packer
from lifelong.review.lifecycle import ARCHIVE

DAYS = 14


def may(user: User, facts: Facts) -> bool:
    call = Call.objects.filter(number=facts["call"]).first()
    return call is not None and can_archive(user, call)


@translation.override("zh-hans")
def write(path: Path, facts: Facts, by: User, at: datetime) -> str:
    call = Call.objects.with_windows().get(number=facts["call"])
    scope = contents.Scope(call, by, at, bool(facts["media"]))
    if scope.with_media:
        check_room(path, sum(int(file["size"]) for files in scope.rounds().values_list("files", flat=True).iterator(
            chunk_size=500) for file in files))  # fmt: skip
    name = f"{call.number} 征集材料归档"
    institutions = list(scope.institutions())
    done, note = 0, ""

    def tell() -> None:
        progress.report(done, len(institutions) + 1, note)

    with Packer(path, name, at, tell) as packer:
        contents.add_notice(packer, scope)
        contents.add_registrations(packer, scope)
        for institution in institutions:
            note = institution.name
            tell()
            contents.add_unit(packer, scope, institution)
            done += 1
        contents.add_experts(packer, scope)
        contents.add_statistics(packer, scope)
        packer.finish(f"{call.title} · 归档目录", said(scope, facts))
    return f"{name} {timezone.localtime(at):%Y%m%d-%H%M}.zip"


def said(scope: contents.Scope, facts: Facts) -> list[str]:
    reach = "全国" if scope.everywhere else "本省"
    return [
        f"范围：{reach}{'，含报送的文件' if scope.with_media else '，不含报送的文件'}", f"用途：{facts['purpose']}",
        f"归档人：{scope.user.get_full_name()}", "含个人信息，请按档案和个人信息保护的规定保管。",
    ]  # fmt: skip


def check_room(path: Path, needed: int) -> None:
    free = storage.free_bytes(path.parent) - settings.DISK_KEPT_FREE_BYTES
    if needed > free:
        found = {"needed": filesizeformat(needed), "free": filesizeformat(max(free, 0))}
        words = _("报送的文件共 %(needed)s，服务器可用的只有 %(free)s。请不含文件归档，或请运营单位扩充存储。")
        raise DiskFull(str(words) % found)


KIND = Kind(ARCHIVE, _("征集材料归档"), write, may, days=DAYS)
