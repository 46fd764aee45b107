"""What the operator does to the lists. Each change makes a new version, by which every process builds anew."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from lifelong import audit
from lifelong.accounts.models import User
from lifelong.screening import events
from lifelong.screening.folding import key, pinyin_of
from lifelong.screening.models import AllowedPhrase, ScreeningVersion, Severity, Word, WordList
from lifelong.web.refusals import Refusal

LONGEST_WORD = 100
MOST_WORDS = 100_000
MOST_FILE_BYTES = 5 * 1024 * 1024
NAMED_IN_AUDIT = 20


class WordsRefused(Refusal):
    code = "words.refused"
    status = 422


class ListNameTaken(WordsRefused):
    code = "words.list_name_taken"


class FileUnreadable(WordsRefused):
    code = "words.file"


@dataclass(slots=True)
class Added:
    """What came of many words: how many are new, how many stood there, and which cannot be looked for."""

    added: int = 0
    known: int = 0
    refused: list[str] = field(default_factory=list)


@transaction.atomic
def make_list(name: str, category: str, severity: str, *, by: User | None, at: datetime) -> WordList:
    name, category = _fitting(name, category, severity)
    made = WordList.objects.create(name=name, category=category, severity=severity, changed_by=by, changed_at=at)
    detail = {"name": name, "category": category, "severity": severity}
    _changed("screening.list_made", made, by=by, at=at, detail=detail)
    return made


@transaction.atomic
def change_list(
    word_list: WordList, name: str, category: str, severity: str, is_active: bool, *, by: User, at: datetime
) -> WordList:
    """Name, category, severity, and whether it counts at all."""
    found = _locked(word_list)
    before = {"name": found.name, "category": found.category, "severity": found.severity, "active": found.is_active}
    found.name, found.category = _fitting(name, category, severity, but=found)
    found.severity, found.is_active = severity, is_active
    after = {"name": found.name, "category": found.category, "severity": severity, "active": is_active}
    _touched(found, by=by, at=at)
    _changed("screening.list_changed", found, by=by, at=at, detail={"before": before, "after": after})
    return found


@transaction.atomic
def add_words(word_list: WordList, words: Iterable[str], *, by: User | None, at: datetime) -> Added:
    """Words new to a list, compared as they are looked for; doubles are counted, not kept. After ``#`` stands a remark."""
    found = _locked(word_list)
    result, fresh = Added(), {}
    known = set(found.words.values_list("folded", flat=True))
    for text in (word.split("#", 1)[0].strip() for word in words):
        folded = key(text)
        if not text:
            continue
        if not folded or len(text) > LONGEST_WORD or len(folded) > 2 * LONGEST_WORD:
            result.refused.append(text[:LONGEST_WORD])
        elif folded in known or folded in fresh:
            result.known += 1
        else:
            fresh[folded] = text
    if len(known) + len(fresh) > MOST_WORDS:
        raise WordsRefused(_("一个词表最多 %(most)s 个词，请分成几个词表。") % {"most": MOST_WORDS})
    Word.objects.bulk_create(
        (Word(word_list=found, text=text, folded=folded, pinyin=pinyin_of(folded)) for folded, text in fresh.items()),
        batch_size=1000,
    )
    result.added = len(fresh)
    if fresh:
        _touched(found, by=by, at=at)
        detail = {"count": len(fresh), "words": list(fresh.values())[:NAMED_IN_AUDIT]}
        _changed("screening.words_added", found, by=by, at=at, detail=detail)
    return result


def import_words(word_list: WordList, content: bytes, *, by: User | None, at: datetime) -> Added:
    """A text file, one word a line, in UTF-8 or GB18030."""
    if len(content) > MOST_FILE_BYTES:
        raise FileUnreadable(_("文件超过 %(most)s MB，请分成几个文件。") % {"most": MOST_FILE_BYTES >> 20})
    if b"\x00" in content:
        raise FileUnreadable(_("这不是文本文件。请另存为 .txt，一行一个词。"))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return add_words(word_list, text.splitlines(), by=by, at=at)
    raise FileUnreadable(_("看不出文字编码。请另存为 UTF-8 的 .txt，一行一个词。"))


@transaction.atomic
def remove_words(word_list: WordList, numbers: Iterable[int], *, by: User, at: datetime) -> int:
    """Words by their numbers; returns how many were there."""
    found = _locked(word_list)
    chosen = found.words.filter(pk__in=list(numbers))
    texts = list(chosen.values_list("text", flat=True))
    if texts:
        chosen.delete()
        _touched(found, by=by, at=at)
        detail = {"count": len(texts), "words": texts[:NAMED_IN_AUDIT]}
        _changed("screening.words_removed", found, by=by, at=at, detail=detail)
    return len(texts)


@transaction.atomic
def allow_phrase(text: str, note: str = "", *, by: User | None, at: datetime) -> AllowedPhrase:
    """A phrase inside which no word counts."""
    text, folded = text.strip(), key(text)
    if not folded or len(text) > LONGEST_WORD:
        message = _("短语应是 1–%(most)s 个字，至少有一个文字或数字。") % {"most": LONGEST_WORD}
        raise WordsRefused(message, fields={"text": message})
    made, new = AllowedPhrase.objects.get_or_create(
        folded=folded, defaults={"text": text, "note": note.strip()[:200], "added_by": by, "added_at": at}
    )
    if not new:
        message = _("「%(text)s」已经在放行短语中。") % {"text": made.text}
        raise WordsRefused(message, fields={"text": message})
    _changed("screening.phrase_allowed", made, by=by, at=at, detail={"text": text})
    return made


@transaction.atomic
def disallow_phrases(numbers: Iterable[int], *, by: User, at: datetime) -> int:
    chosen = AllowedPhrase.objects.filter(pk__in=list(numbers))
    texts = list(chosen.values_list("text", flat=True))
    if texts:
        chosen.delete()
        _changed("screening.phrases_removed", None, by=by, at=at, detail={"words": texts[:NAMED_IN_AUDIT]})
    return len(texts)


def _fitting(name: str, category: str, severity: str, *, but: WordList | None = None) -> tuple[str, str]:
    name, category = " ".join(name.split()), " ".join(category.split())
    if not name or len(name) > 60:
        raise WordsRefused(_("词表名称应是 1–60 个字。"), fields={"name": _("应是 1–60 个字。")})
    if not category or len(category) > 60:
        raise WordsRefused(_("类别应是 1–60 个字。"), fields={"category": _("应是 1–60 个字。")})
    if severity not in Severity.values:
        raise WordsRefused(_("级别是「阻止」或「提示」。"), fields={"severity": _("请选择阻止或提示。")})
    others = WordList.objects.exclude(pk=but.pk) if but else WordList.objects
    if others.filter(name=name).exists():
        message = _("已有名为「%(name)s」的词表。") % {"name": name}
        raise ListNameTaken(message, fields={"name": message})
    return name, category


def _locked(word_list: WordList) -> WordList:
    return WordList.objects.select_for_update().get(pk=word_list.pk)


def _touched(word_list: WordList, *, by: User | None, at: datetime) -> None:
    word_list.version += 1
    word_list.changed_by, word_list.changed_at = by, at
    word_list.save()


def _changed(verb: str, of: Any, *, by: User | None, at: datetime, detail: dict[str, Any]) -> None:
    stamp = secrets.token_hex(16)
    if not ScreeningVersion.objects.filter(pk=1).update(number=F("number") + 1, stamp=stamp):
        ScreeningVersion.objects.create(pk=1, stamp=stamp)
    audit.record(verb, by=by, of=of, detail=detail, at=at)
    events.words_changed.send(WordList, by=by, at=at)
