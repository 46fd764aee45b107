"""What the catalogue does in the background."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from lifelong import jobs
from lifelong.catalogue.actions import availability, lti, media, snapshots
from lifelong.catalogue.lti.fetching import Unreachable
from lifelong.catalogue.models import Entry, LtiPlatform
from lifelong.jobs.schedule import daily, every
from lifelong.media.lifecycle import Urgency


@task(title=_("确认下架资源的文件已不能访问"), priority=90)
def keep_hidden(entry_pk: int) -> bool:
    """After a suspension: look again, so that a kill between file and row leaves no open address."""
    entry = Entry.objects.filter(pk=entry_pk).first()
    return entry is not None and availability.keep_out(entry)


@task(title=_("更新已上线资源的播放文件"))
def renew_media(media_file_pk: int) -> int:
    return snapshots.renew_media(media_file_pk)


@daily(at="02:10")
@task(title=_("补做自适应播放文件"))
def complete_playback() -> int:
    """Films online from before there was adaptive playback, or whose coding was lost: some each night."""
    waiting = media.unstreamed()
    late = Urgency.CAUGHT_UP
    for media_file, institution in waiting:
        jobs.enqueue("lifelong.media.tasks.make_rungs_of", media_file, late, priority=late, party=institution)
    return len(waiting)


@daily(at="03:40")
@task(title=_("核对已下架资源的文件"))
def check_hidden() -> int:
    return sum(availability.keep_out(entry, at=timezone.now()) for entry in media.hidden_with_names())


@task(title=_("按新的分类更新检索"))
def index_category(code: str) -> int:
    return snapshots.index_category(code, at=timezone.now())


@task(title=_("取学校平台的公钥"), max_attempts=5)
def renew_lti_keys(platform_pk: int) -> bool:
    platform = LtiPlatform.objects.filter(pk=platform_pk, is_open=True).first()
    return platform is not None and lti.renew_keys(platform, at=timezone.now())


@every(minutes=60)
@task(title=_("更新各学校平台的公钥，清理用过的随机数"))
def keep_lti() -> int:
    """A launch finds the keys already here; a platform that does not answer keeps nobody waiting."""
    renewed = 0
    for platform in LtiPlatform.objects.filter(is_open=True):
        try:
            renewed += lti.renew_keys(platform, at=timezone.now())
        except Unreachable:
            continue
    lti.forget_nonces(at=timezone.now())
    return renewed
