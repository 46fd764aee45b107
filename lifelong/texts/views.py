"""The texts for everybody to read, in every version; and the operator's pages on which they are written."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lifelong.texts import actions, queries
from lifelong.texts.forms import DraftForm, OperatorForm, PublishForm
from lifelong.texts.markup import as_html, changed_lines
from lifelong.texts.models import AGREED_TO, TextName
from lifelong.web import workbooks
from lifelong.web.attempts import attempt, show_refusal
from lifelong.web.refusals import Refusal
from lifelong.web.rights import PUBLIC, right
from lifelong.web.workbooks import Column

AHEAD = timedelta(days=8)  # what is offered as the day of a material change


@require_safe
@right(PUBLIC)
def text(request: HttpRequest, name: str) -> HttpResponse:
    """In force now, or ``?version=``: what was before, and what is put in force for a later day."""
    now = timezone.now()
    current = queries.in_force(name, now)
    shown = queries.find(name, request.GET["version"], now) if "version" in request.GET else current
    if shown is None:
        raise Http404
    context = {
        "text": shown, "current": current, "is_current": shown == current, "is_coming": shown.begins_at > now,
        "coming": queries.coming(name, now), "html": as_html(queries.words_of(shown)),
    }  # fmt: skip
    return render(request, "texts/text.html", context)


@require_safe
@right(PUBLIC)
def versions(request: HttpRequest, name: str) -> HttpResponse:
    now = timezone.now()
    past = queries.history(name, now)
    context = {"text": past[0], "coming": queries.coming(name, now), "past": past}
    return render(request, "texts/versions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@right("texts.manage")
def texts(request: HttpRequest) -> HttpResponse:
    """The list of the texts, and the footer's form."""
    now, saved = timezone.now(), queries.details_saved()
    if workbooks.is_wanted(request):
        return _sheet(now)
    seen = saved[0].pk if saved else 0
    names = ("operator", "phone", "email", "icp", "police")
    initial = {"seen": seen, **{name: getattr(saved[0], name) if saved else "" for name in names}}
    form = OperatorForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in names}
        try:
            actions.save_operator(values, seen=form.cleaned_data["seen"], by=request.user, at=now)
        except Refusal as refusal:
            show_refusal(form, refusal)
            form.data = {**form.data.dict(), "seen": str(seen)}  # type: ignore[attr-defined]
        else:
            messages.success(request, _("已保存，几秒后所有页面就会更新。"))
            return redirect("texts")
    context = {"rows": queries.overview(now), "form": form, "saved": saved, "operator": queries.operator_now()}
    return render(request, "texts/desk_texts.html", context, status=422 if form.errors else 200)


def _sheet(now: datetime) -> HttpResponse:
    """Every text in every version, with its words as the public could read them."""
    columns = [
        Column(_("条文"), 16), Column(_("版本"), 14), Column(_("状态"), 14), Column(_("施行时间"), 18), Column(_("重大修改"), 10),
        Column(_("中文"), 80), Column(_("英文"), 80),
    ]  # fmt: skip
    rows = [
        [
            name.label, one.version, said, one.begins_at, _("是") if one.material else _("否"),
            queries.words_of(one, "zh"), queries.words_of(one, "en"),
        ]
        for name in TextName
        for said, some in ((_("尚未施行"), queries.coming(name, now)), (_("现行"), queries.history(name, now)[:1]), (_("以前的"), queries.history(name, now)[1:]))
        for one in some
    ]  # fmt: skip
    return workbooks.listed(_("条文与页脚"), columns, rows)


@require_http_methods(["GET", "HEAD", "POST"])
@right("texts.manage")
def draft(request: HttpRequest, name: str) -> HttpResponse:
    """The draft, or, where there is none, the words in force to begin with. What is typed survives every refusal."""
    now, standing = timezone.now(), queries.draft_of(name)
    form = DraftForm(request.POST or None, initial=_begin_with(name))
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_draft(name, **form.cleaned_data, by=request.user, at=now)
        except Refusal as refusal:
            show_refusal(form, refusal)
            form.data = {**form.data.dict(), "revision": str(standing.revision if standing else 0)}  # type: ignore[attr-defined]
        else:
            return redirect("text_preview", name)
    context = {
        "form": form, "name": name, "title": TextName(name).label, "draft": standing, "conflict": form.errors and standing,
        "now": queries.in_force(name, now), "newer": queries.newer_shipped(name, now),
    }  # fmt: skip
    return render(request, "texts/desk_draft.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@right("texts.manage")
def preview(request: HttpRequest, name: str) -> HttpResponse:
    """The draft as it will look, in both languages, and beneath it the form that puts it in force."""
    standing, now = queries.draft_of(name), timezone.now()
    if standing is None:
        messages.info(request, _("没有草稿，可以从现行版本写起。"))
        return redirect("text_draft", name)
    current = queries.in_force(name, now)
    changed = [
        changed_lines(queries.words_of(current, "zh"), standing.chinese),
        changed_lines(queries.words_of(current, "en"), standing.english),
    ]
    form = PublishForm(request.POST or None, name=name, initial={"revision": standing.revision})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data | {"material": form.cleaned_data.get("material") == "yes"}
        try:
            done = actions.put_in_force(name, **values, by=request.user, at=now)
        except Refusal as refusal:
            show_refusal(form, refusal)
            form.data = {**form.data.dict(), "revision": str(standing.revision)}  # type: ignore[attr-defined]
        else:
            messages.success(
                request,
                _("已公布：%(text)s %(version)s 版。") % {"text": done.get_name_display(), "version": done.version},
            )
            return redirect("texts")
    context = {
        "changed": changed, "current": current, "form": form, "name": name, "title": TextName(name).label, "draft": standing, "asks": name in AGREED_TO,
        "chinese": as_html(standing.chinese), "english": as_html(standing.english),
        "ready": standing.chinese.strip() and standing.english.strip(), "later": timezone.localdate(now + AHEAD),
    }  # fmt: skip
    return render(request, "texts/desk_preview.html", context, status=422 if form.errors else 200)


@require_POST
@right("texts.manage")
def change(request: HttpRequest, name: str) -> HttpResponse:
    """The small buttons: throw the draft away, call off what has not begun."""
    by, now, posted = request.user, timezone.now(), request.POST
    if posted.get("do") == "call_off":
        version = posted.get("version", "")
        done = _("已撤回，成为草稿。")
        return attempt(
            request, lambda: actions.call_off(name, version, by=by, at=now), done=done, back=reverse("texts")
        )
    revision = int(posted["revision"]) if posted.get("revision", "").isdecimal() else 0
    done = _("草稿已丢弃。")
    return attempt(
        request, lambda: actions.drop_draft(name, revision=revision, by=by, at=now), done=done, back=reverse("texts")
    )


def _begin_with(name: str) -> dict[str, object]:
    if standing := queries.draft_of(name):
        return {"revision": standing.revision, "chinese": standing.chinese, "english": standing.english}
    now = queries.in_force(name, timezone.now())
    return {"revision": 0, "chinese": queries.words_of(now, "zh"), "english": queries.words_of(now, "en")}
