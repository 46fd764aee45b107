"""The operator's pages of the word lists."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifelong.screening import actions, queries, screen
from lifelong.screening.forms import ListEntry, ListSettings, NewPhrase, NewWords, Trial, add_refusal
from lifelong.screening.matching import Hit
from lifelong.screening.models import Word, WordList
from lifelong.web import workbooks
from lifelong.web.numerals import numerals
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right
from lifelong.web.workbooks import Column, Sheet

PER_PAGE = 100
SHEET_MOST = 100_000


@require_http_methods(["GET", "POST"])
@right("words.manage")
def lists(request: HttpRequest) -> HttpResponse:
    """All lists; a new one below."""
    if workbooks.is_wanted(request):
        return _sheet()
    form = ListEntry(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.make_list(**form.cleaned_data, by=request.user, at=timezone.now())
        except Refusal as refusal:
            add_refusal(form, refusal.fields, refusal.message)
        else:
            return redirect("word-list", made.pk)
    facts = {"lists": queries.lists(), "form": form, "phrases": queries.allowed().count(), "version": queries.version()}
    return render(request, "screening/lists.html", facts, status=422 if form.errors else 200)


def _sheet() -> HttpResponse:
    """The lists, and on sheets of their own all their words and the phrases that are allowed."""
    found: Any = queries.lists()  # annotated
    severity = {one.pk: one.get_severity_display() for one in found}
    lists = [
        [one.name, one.category, severity[one.pk], one.number, one.version, _("启用") if one.is_active else _("停用"), str(one.changed_by or ""), one.changed_at]
        for one in found
    ]  # fmt: skip
    words = Word.objects.select_related("word_list").order_by("word_list__name", "pk")[:SHEET_MOST]
    sheets = [
        Sheet(_("词表"), [Column(_("词表"), 24), Column(_("类别"), 20), Column(_("级别"), 14), Column(_("词数"), 10), Column(_("版本"), 8), Column(_("状态"), 10), Column(_("最近修改"), 16), Column(_("时间"), 18)], lists),
        Sheet(_("词"), [Column(_("词"), 28), Column(_("词表"), 24), Column(_("类别"), 20), Column(_("级别"), 14)], [[one.text, one.word_list.name, one.word_list.category, severity[one.word_list_id]] for one in words]),
        Sheet(_("放行短语"), [Column(_("放行短语"), 40)], ([text] for text in queries.allowed().values_list("text", flat=True))),
    ]  # fmt: skip
    return workbooks.answer(workbooks.book(sheets), _("词表"))


@require_http_methods(["GET", "POST"])
@right("words.manage")
def word_list(request: HttpRequest, number: int) -> HttpResponse:
    """The words of a list, with its settings and a way to add more."""
    found = get_object_or_404(WordList, pk=number)
    pressed = request.POST.get("do", "")
    kept = {"name": found.name, "category": found.category, "severity": found.severity, "is_active": found.is_active}
    settings = ListSettings(request.POST if pressed == "settings" else None, initial=kept)
    more = NewWords(*((request.POST, request.FILES) if pressed == "add" else (None,)))
    try:
        if pressed == "settings" and settings.is_valid():
            actions.change_list(found, **settings.cleaned_data, by=request.user, at=timezone.now())
            messages.success(request, _("已保存。"))
            return redirect("word-list", number)
        if pressed == "add" and more.is_valid():
            for result in _added(request, found, more):
                _say(request, result)
            return redirect("word-list", number)
    except Refusal as refusal:
        add_refusal(settings if pressed == "settings" else more, refusal.fields, refusal.message)
    search = request.GET.get("q", "").strip()
    facts = {
        "list": found,
        "settings": settings,
        "more": more,
        "search": search,
        "page": Paginator(queries.words(found, search=search), PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "screening/list.html", facts, status=422 if settings.errors or more.errors else 200)


def _added(request: HttpRequest, found: WordList, form: NewWords) -> Iterator[actions.Added]:
    words, file = form.cleaned_data["words"].splitlines(), form.cleaned_data["file"]
    if words or not file:
        yield actions.add_words(found, words, by=request.user, at=timezone.now())
    if file:
        yield actions.import_words(found, file.read(), by=request.user, at=timezone.now())


def _say(request: HttpRequest, result: actions.Added) -> None:
    text = ngettext("增加了 %(n)s 个词", "增加了 %(n)s 个词", result.added) % {"n": result.added}
    if result.known:
        text += _("，%(n)s 个已经有了") % {"n": result.known}
    messages.success(request, text + _("。"))
    if result.refused:
        some = "、".join(result.refused[:10])
        messages.warning(
            request, _("%(n)s 个没有增加，太长或没有文字：%(some)s") % {"n": len(result.refused), "some": some}
        )


@require_POST
@right("words.manage")
def remove(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(WordList, pk=number)
    removed = actions.remove_words(found, _numbers(request), by=request.user, at=timezone.now())
    messages.success(request, _("去掉了 %(n)s 个词。") % {"n": removed})
    return redirect("word-list", number)


@require_GET
@right("words.manage")
def export(request: HttpRequest, number: int) -> HttpResponse:
    """The list as a text file that ``import`` takes again."""
    found = get_object_or_404(WordList, pk=number)
    lines = [f"# {found.name} · {found.category} · {found.get_severity_display()} · v{found.version}"]
    lines += found.words.order_by("id").values_list("text", flat=True)
    answer = HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = content_disposition_header(True, f"{found.name}.txt")
    return answer


@require_http_methods(["GET", "POST"])
@right("words.manage")
def allowed(request: HttpRequest) -> HttpResponse:
    """Phrases inside which no word counts."""
    form = NewPhrase(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.allow_phrase(**form.cleaned_data, by=request.user, at=timezone.now())
        except Refusal as refusal:
            add_refusal(form, refusal.fields, refusal.message)
        else:
            messages.success(request, _("已放行。"))
            return redirect("words-allowed")
    search = request.GET.get("q", "").strip()
    page = Paginator(queries.allowed(search=search), PER_PAGE).get_page(request.GET.get("page"))
    facts = {"form": form, "page": page, "search": search}
    return render(request, "screening/allowed.html", facts, status=422 if form.errors else 200)


@require_POST
@right("words.manage")
def disallow(request: HttpRequest) -> HttpResponse:
    removed = actions.disallow_phrases(_numbers(request), by=request.user, at=timezone.now())
    messages.success(request, _("去掉了 %(n)s 个短语。") % {"n": removed})
    return redirect("words-allowed")


@require_http_methods(["GET", "POST"])
@right("words.manage")
def trial(request: HttpRequest) -> HttpResponse:
    """A text against the lists as they stand; nothing of it is kept."""
    form = Trial(request.POST or None)
    facts: dict[str, object] = {"form": form}
    if form.is_bound and form.is_valid():
        text = form.cleaned_data["text"]
        hits = screen({"text": text})
        facts |= {"hits": hits, "pieces": list(_pieces(text, hits))}
    return render(request, "screening/trial.html", facts, status=422 if form.errors else 200)


def _pieces(text: str, hits: list[Hit]) -> list[tuple[str, Hit | None]]:
    """The text cut at its hits, for marking them where they stand; of hits that overlap the first is marked."""
    pieces: list[tuple[str, Hit | None]] = []
    at = 0
    for hit in hits:
        if hit.start < at:
            continue
        pieces += [(text[at : hit.start], None), (text[hit.start : hit.end], hit)]
        at = hit.end
    return [piece for piece in [*pieces, (text[at:], None)] if piece[0]]


def _numbers(request: HttpRequest) -> list[int]:
    return numerals(request.POST.getlist("id"))
