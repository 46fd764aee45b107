"""Favourites, notes and lists: fragments of the resource page that are pages of their own without a script."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lifelong.catalogue.models import Entry
from lifelong.learning.actions import lists, shelf
from lifelong.learning.forms import AddForm, ListForm, NewNoteForm, NoteForm
from lifelong.learning.models import StudyListItem
from lifelong.learning.queries import shelf as queries
from lifelong.learning.queries import voices
from lifelong.web import workbooks
from lifelong.web.attempts import attempt, show_refusal
from lifelong.web.numerals import numeral
from lifelong.web.refusals import Refusal
from lifelong.web.rights import PUBLIC, SIGNED_IN, right
from lifelong.web.workbooks import Column

PAGE = 24
NOTES_PAGE = 50
NOTE_COLUMNS = [Column("资源", 40), Column("位置", 10), Column("笔记", 60), Column("记录时间", 18), Column("地址", 40)]


def entry_or_404(resource_id: str) -> Entry:
    """Nothing is kept of, and nothing shown about, what is not online."""
    entry = queries.entry_online(resource_id)
    if entry is None:
        raise Http404
    return entry


def is_fragment(request: HttpRequest) -> bool:
    """Asked for by the resource page for a place in itself."""
    return "HX-Request" in request.headers or "X-Fragment" in request.headers


def shown(request: HttpRequest, name: str, context: dict[str, Any], *, bad: bool = False) -> HttpResponse:
    """The fragment alone, or inside a small page. A fragment is 200 whatever it says: the page puts in nothing else."""
    context = {**context, "fragment": f"learning/_{name}.html", "alone": not is_fragment(request)}
    if is_fragment(request):
        return render(request, context["fragment"], context)
    return render(request, "learning/alone.html", context, status=422 if bad else 200)


# On the resource page


@never_cache
@require_safe
@right(PUBLIC)
def resource_shelf(request: HttpRequest, resource_id: str) -> HttpResponse:
    """The favourite button, the lists, and what others thought of it."""
    return shown(request, "shelf", shelf_context(request, entry_or_404(resource_id)))


def shelf_context(request: HttpRequest, entry: Entry, **more: Any) -> dict[str, Any]:
    mine = request.user.is_authenticated
    return {
        "entry": entry, "title": _("收藏与清单"), "favourite": queries.is_favourite(request.user, entry),
        "lists": queries.lists_to_choose(request.user, entry) if mine else [],
        "standing": voices.standing(entry, request.user), **more,
    }  # fmt: skip


@require_POST
@right(SIGNED_IN)
def favourite(request: HttpRequest, resource_id: str) -> HttpResponse:
    """``on`` = 1 keeps, 0 lets go."""
    entry = entry_or_404(resource_id)
    if request.POST.get("on") == "1":
        shelf.keep(entry, by=request.user, at=timezone.now())
    else:
        shelf.let_go(entry, by=request.user)
    if is_fragment(request):
        return shown(request, "shelf", shelf_context(request, entry))
    return redirect(f"/resources/{entry.identifier}")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@right(SIGNED_IN)
def add_to_list(request: HttpRequest, resource_id: str) -> HttpResponse:
    entry = entry_or_404(resource_id)
    form = AddForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            wanted, now = form.cleaned_data["study_list"], timezone.now()
            if wanted is None:
                wanted = lists.make_list(title=form.cleaned_data["title"], by=request.user, at=now)
            lists.add_to_list(wanted, entry, by=request.user, at=now)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            said = _("已加入「%(title)s」。") % {"title": wanted.title}
            if is_fragment(request):
                return shown(request, "shelf", shelf_context(request, entry, said=said))
            messages.success(request, said)
            return redirect(f"/resources/{entry.identifier}")
    return shown(request, "shelf", shelf_context(request, entry, form=form), bad=bool(form.errors))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@right(PUBLIC)
def resource_notes(request: HttpRequest, resource_id: str) -> HttpResponse:
    """One's notes on this resource; a POST adds one at the second that the page names."""
    entry = entry_or_404(resource_id)
    file = numeral(request.GET.get("file", "")) or 1
    form = NewNoteForm(request.POST or None, initial={"file": file})
    if request.method == "POST" and request.user.is_authenticated and form.is_valid():
        values = form.cleaned_data
        try:
            shelf.write_note(
                entry, text=values["text"], file=values["file"] or 1, second=values["second"], by=request.user,
                at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            if not is_fragment(request):
                messages.success(request, _("已记下。"))
                return redirect(f"/resources/{entry.identifier}#notes")
            form = NewNoteForm(initial={"file": values["file"] or 1})
    rows = list(queries.notes_on(request.user, entry)) if request.user.is_authenticated else []
    many = len(entry.files) > 1
    context = {"entry": entry, "title": _("笔记"), "form": form, "notes": rows, "many": many, "file": file}
    return shown(request, "notes", context, bad=bool(form.errors))


# Pages of one's own


@require_safe
@right(SIGNED_IN)
def favourites(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.favourites(request.user), PAGE).get_page(request.GET.get("page"))
    cards = queries.cards_by_resource(one.resource_id for one in page)
    rows = [cards[one.resource_id] for one in page if one.resource_id in cards]
    return render(request, "learning/favourites.html", {"page": page, "cards": rows})


@require_safe
@right(SIGNED_IN)
def notes(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:100]
    page = Paginator(queries.notes(request.user, text), NOTES_PAGE).get_page(request.GET.get("page"))
    return render(request, "learning/notes.html", {"page": page, "rows": queries.with_titles(page), "q": text})


@never_cache
@require_safe
@right(SIGNED_IN)
def notes_file(request: HttpRequest, kind: str) -> HttpResponse:
    """What is on screen, all of it: as a text to read or a table to sort."""
    text = request.GET.get("q", "").strip()[:100]
    rows = queries.with_titles(queries.notes(request.user, text))
    name = _("我的笔记")
    if kind == "xlsx":
        lines = ([r.title, place_of(r), r.note.text, r.note.created_at, address(request, r)] for r in rows)
        filters = [_("查找：%s") % text] if text else []
        return workbooks.answer(workbooks.workbook(name, NOTE_COLUMNS, lines, filters=filters), name)
    parts = [f"《{r.title}》 {place_of(r)}\n{address(request, r)}\n{r.note.text}\n" for r in rows]
    answer = HttpResponse("\n".join(parts), content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = content_disposition_header(True, f"{name}.txt")
    return answer


def place_of(row: queries.NoteRow) -> str:
    second = row.note.second
    return "" if second is None else f"{second // 3600}:{second // 60 % 60:02}:{second % 60:02}"


def address(request: HttpRequest, row: queries.NoteRow) -> str:
    return request.build_absolute_uri(row.url) if row.url else ""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@right(SIGNED_IN)
def note(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.notes(request.user), pk=pk)
    row = queries.with_titles([found])[0]
    form = NoteForm(request.POST or None, initial={"text": found.text})
    if request.method == "POST" and form.is_valid():
        shelf.change_note(found, text=form.cleaned_data["text"], by=request.user, at=timezone.now())
        messages.success(request, _("已保存。"))
        return redirect("my_notes")
    context = {"row": row, "form": form}
    return render(request, "learning/note.html", context, status=422 if form.errors else 200)


@require_POST
@right(SIGNED_IN)
def delete_note(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(queries.notes(request.user), pk=pk)
    entry = queries.entry_online(found.resource.resource_id)
    shelf.delete_note(found, by=request.user)
    if is_fragment(request) and entry is not None:
        form = NewNoteForm(initial={"file": found.file})
        rows, many = list(queries.notes_on(request.user, entry)), len(entry.files) > 1
        return shown(request, "notes", {"entry": entry, "form": form, "notes": rows, "many": many, "file": found.file})
    messages.success(request, _("已删除。"))
    return redirect("my_notes")


# Lists


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@right(SIGNED_IN)
def my_lists(request: HttpRequest) -> HttpResponse:
    form = ListForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = lists.make_list(**form.cleaned_data, by=request.user, at=timezone.now())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("my_list", made.pk)
    context = {"form": form, "rows": queries.lists(request.user), "today": timezone.localdate()}
    return render(request, "learning/lists.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@right(SIGNED_IN)
def my_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Its items in order; a POST changes name and day."""
    found = queries.list_of(request.user, pk)
    if found is None:
        raise Http404
    form = ListForm(request.POST or None, initial={"title": found.title, "due_date": found.due_date})
    if request.method == "POST" and form.is_valid():
        try:
            lists.change_list(found, **form.cleaned_data, by=request.user)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已保存。"))
            return redirect("my_list", pk)
    row = queries.filled(request.user, [found])[0]
    context = {"form": form, "row": row, "late": row.is_late(timezone.localdate())}
    return render(request, "learning/list.html", context, status=422 if form.errors else 200)


@require_POST
@right(SIGNED_IN)
def delete_list(request: HttpRequest, pk: int) -> HttpResponse:
    found = queries.list_of(request.user, pk)
    if found is None:
        raise Http404
    return attempt(
        request, lambda: lists.delete_list(found, by=request.user), done=_("清单已删除。"), back=reverse("my_lists")
    )


@require_POST
@right(SIGNED_IN)
def change_item(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """``do``: up, down or remove."""
    items = StudyListItem.objects.select_related("study_list").filter(study_list=pk)
    found = get_object_or_404(items, pk=item, study_list__user=request.user)
    asked = request.POST.get("do", "")
    if asked == "remove":
        lists.remove_item(found, by=request.user)
    elif asked in {"up", "down"}:
        row = queries.filled(request.user, [found.study_list])[0]
        there = {one.item.pk for one in row.items}
        lists.move_item(found, down=asked == "down", shown=there, by=request.user)
    return redirect("my_list", pk)
