"""Reads of the lists, and the automaton made of them."""

from django.db.models import Count, QuerySet

from lifelong.screening.matching import Listed, Matcher
from lifelong.screening.models import AllowedPhrase, ScreeningVersion, Severity, Word, WordList

_held: dict[str, Matcher] = {}


def matcher() -> Matcher:
    """All active lists as they stand now: one query; built anew in each process after a change."""
    stamp = ScreeningVersion.objects.values_list("stamp", flat=True).first() or ""
    found = _held.get(stamp)
    if found is None:
        found = Matcher(_listed(), AllowedPhrase.objects.values_list("text", flat=True))
        _held.clear()
        _held[stamp] = found
    return found


def version() -> int:
    """The number that a round keeps beside its hits."""
    return ScreeningVersion.objects.values_list("number", flat=True).first() or 0


def _listed() -> list[Listed]:
    rows = Word.objects.filter(word_list__is_active=True).order_by("id")
    return [
        Listed(text, category, "block" if severity == Severity.BLOCK else "look")
        for text, category, severity in rows.values_list("text", "word_list__category", "word_list__severity")
    ]


def lists() -> QuerySet[WordList]:
    return WordList.objects.select_related("changed_by").annotate(number=Count("words")).order_by("severity", "name")


def words(word_list: WordList, *, search: str = "") -> QuerySet[Word]:
    from lifelong.screening.folding import key

    found = word_list.words.order_by("-id")
    return found.filter(folded__contains=key(search)) if key(search) else found


def allowed(*, search: str = "") -> QuerySet[AllowedPhrase]:
    from lifelong.screening.folding import key

    found = AllowedPhrase.objects.select_related("added_by").order_by("-id")
    return found.filter(folded__contains=key(search)) if key(search) else found
