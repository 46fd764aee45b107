"""News from below: files that arrived, files that were measured."""

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from lifelong import jobs
from lifelong.media import events
from lifelong.media.models import MediaFile
from lifelong.resources import events as resource_events
from lifelong.resources.actions import files, imports, links
from lifelong.resources.models import Version
from lifelong.screening import events as screening_events
from lifelong.standards import events as standards_events
from lifelong.standards.models import HostPlatform


@receiver(events.file_arrived)
def take_in(sender: Any, *, media_file: MediaFile, upload: Any, **rest: Any) -> None:
    if upload is not None:
        files.receive(media_file, upload, at=timezone.now())
        imports.receive_archive(media_file, upload, at=timezone.now())


@receiver(events.facts_measured)
def judge_facts(sender: Any, *, media_file: MediaFile, **rest: Any) -> None:
    files.measured_anew(media_file, at=timezone.now())


@receiver(events.whole_measured)
def judge_whole(sender: Any, *, media_file: MediaFile, **rest: Any) -> None:
    files.measured_anew(media_file, at=timezone.now())


@receiver(resource_events.version_moved)
def hurry(sender: Any, *, version: Version, **rest: Any) -> None:
    files.hurry(version)


@receiver(screening_events.words_changed)
def screen_again(sender: Any, **rest: Any) -> None:
    jobs.enqueue("lifelong.resources.tasks.screen_again")


@receiver(standards_events.platform_verified)
def judge_links(sender: Any, *, platform: HostPlatform, **rest: Any) -> None:
    links.judge_links_of(platform, at=timezone.now())
