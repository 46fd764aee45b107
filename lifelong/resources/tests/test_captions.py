"""Captions of a draft: taken in by the institution, frozen with the round, screened, copied to the next version."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from lifelong.media.captions import CaptionRefused
from lifelong.media.models import Rendition
from lifelong.resources.actions import captions
from lifelong.resources.models import Caption
from lifelong.resources.queries.freezing import files_of, fingerprint
from lifelong.resources.queries.missing import address
from lifelong.web.refusals import NotAllowed

SRT = "1\n00:00:00,500 --> 00:00:01,500\n起势，<i>两脚</i>分开\n"


def add(version, by, text: str = SRT, language: str = "zh-Hans") -> Caption:
    return captions.set_caption(
        version, entry_id=version.files.get().pk, language=language, name="字幕.srt", content=text.encode("gb18030"),
        by=by, at=timezone.now(),
    )  # fmt: skip


def test_what_was_taken_in_is_kept_and_played_as_webvtt(ready, reporter) -> None:
    caption = add(ready, reporter)
    assert caption.media_file.location.read_bytes() == SRT.encode("gb18030")
    played = Rendition.objects.get(media_file=caption.media_file, kind="caption")
    assert "00:00:00.500 --> 00:00:01.500\n起势，<i>两脚</i>分开" in played.location.read_text("utf-8")


def test_one_language_has_one_caption_file(ready, reporter) -> None:
    add(ready, reporter)
    add(ready, reporter, SRT.replace("起势", "收势"))
    add(ready, reporter, language="en")
    assert Caption.objects.filter(file__version=ready).count() == 2


def test_a_round_freezes_captions_and_a_signature_speaks_of_them(ready, reporter) -> None:
    before = fingerprint(ready)
    assert "captions" not in files_of(ready)[0]
    caption = add(ready, reporter)
    [kept] = files_of(ready)[0]["captions"]
    assert (kept["sha256"], kept["language"]) == (caption.media_file.sha256, "zh-Hans")
    assert fingerprint(ready) != before


def test_captions_longer_than_the_film_are_refused(ready, reporter) -> None:
    with pytest.raises(CaptionRefused, match="第 2 行"):
        add(ready, reporter, SRT.replace("00:00:01,500", "00:02:00,000"))
    assert not Caption.objects.exists()


def test_a_rival_cannot_add_captions(ready, rival) -> None:
    with pytest.raises(NotAllowed):
        add(ready, rival)


def test_the_files_page_takes_captions_and_gives_them_back(ready, reporter, client: Client) -> None:
    client.force_login(reporter)
    page = address(ready, "files")
    entry = ready.files.get()

    def send(text: str) -> str:
        sent = SimpleUploadedFile("字幕.srt", text.encode())
        data = {"file": entry.pk, "language": "zh-Hans", "caption": sent}
        return client.post(f"{page}/caption", data, follow=True).content.decode()

    assert "字幕第 3 行" in send(SRT.replace("<i>", "<script>"))
    assert "已收到字幕" in send(SRT)
    assert "字幕（中文）" in client.get(page).content.decode()
    caption = Caption.objects.get()
    assert "字幕已移出" in client.post(f"{page}/caption", {"remove": caption.pk}, follow=True).content.decode()
    assert not Caption.objects.exists()
