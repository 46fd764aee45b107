"""Cover and licence of a draft: a Word file is one by content, and what was replaced gives its room back."""

import io
import zipfile

import pytest
from django.utils import timezone

from lifelong.calls.form import write
from lifelong.calls.form.values import FormValues
from lifelong.media.models import MediaFile
from lifelong.media.queries import used_bytes
from lifelong.resources.actions import attachments, releasing
from lifelong.resources.tests import cast

NOW = timezone.now


def archive(**entries: bytes) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as made:
        for name, content in entries.items():
            made.writestr(name.replace("__", "/"), content)
    return kept.getvalue()


def test_an_archive_named_docx_is_refused_in_words_and_word_is_taken(draft, reporter):
    for content in (archive(**{"授权.exe": b"MZ"}), archive(**{"word__document.xml": b"<w/>"}), b"PK\x03\x04broken"):
        with pytest.raises(attachments.PaperRefused, match="不是 Word"):
            attachments.set_rights_file(draft, name="授权书.docx", content=content, by=reporter, at=NOW())
    word = write(FormValues(), made_at=NOW())
    attachments.set_rights_file(draft, name="授权书.docx", content=word, by=reporter, at=NOW())
    draft.refresh_from_db()
    assert draft.rights_file.original_name == "授权书.docx"


def test_what_was_replaced_or_taken_out_counts_no_longer_unless_it_was_handed_in(ready, reporter, college, call):
    before = used_bytes(college)
    for seed in (b"1", b"22"):
        attachments.set_rights_file(ready, name="授权书.pdf", content=b"%PDF-1.7 " + seed, by=reporter, at=NOW())
    assert used_bytes(college) - before == len(b"%PDF-1.7 22")
    attachments.remove(ready, field="rights_file", by=reporter, at=NOW())
    assert used_bytes(college) == before
    ready.refresh_from_db()
    former = ready.cover.size
    copy = cast.draft(college, reporter)
    copy.cover = ready.cover
    copy.save()
    attachments.set_cover(ready, name="新封面.jpg", content=cast.jpeg((1600, 900)), by=reporter, at=NOW())
    assert MediaFile.objects.filter(pk=copy.cover_id).exists()  # another draft shows it
    copy.cover = None
    copy.save()
    assert releasing.release_unused(at=NOW()) == 0
    assert releasing.release_unused(at=NOW() + releasing.GRACE + releasing.GRACE) == 1
    assert used_bytes(college) == before - former + MediaFile.objects.get(original_name="新封面.jpg").size
