"""The operator's page of the home page: its rows, their order, what they hold and when they are shown."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lifelong.catalogue.actions import home as actions
from lifelong.catalogue.forms import SectionForm
from lifelong.catalogue.models import HomeSection
from lifelong.catalogue.queries.home import sections_on
from lifelong.catalogue.queries.listing import view_now
from lifelong.web.attempts import show_refusal
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right


@require_http_methods(["GET", "POST"])
@right("home.compose")
def sections(request: HttpRequest, key: int | None = None) -> HttpResponse:
    """The list, with a form for a new row or for the one that is changed."""
    section = get_object_or_404(HomeSection, pk=key) if key else None
    form = SectionForm(request.POST or None, initial=initial_of(section))
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_section(section, form.values(), by=request.user, at=timezone.now())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("已保存，几秒后首页就会更新。"))
            return redirect("home_sections")
    today = timezone.localdate()
    rows = [(one, one.is_shown_on(today)) for one in HomeSection.objects.select_related("changed_by")]
    full = {one.key for one in sections_on(today, view_now())}
    shown = {"form": form, "section": section, "rows": rows, "full": full, "today": today}
    return render(request, "catalogue/desk_home.html", shown, status=422 if form.errors else 200)


@require_POST
@right("home.compose")
def change(request: HttpRequest, key: int) -> HttpResponse:
    """The small buttons of a row: up, down, remove."""
    section, by, at = get_object_or_404(HomeSection, pk=key), request.user, timezone.now()
    match request.POST.get("do"):
        case "up":
            actions.move_section(section, -1, by=by, at=at)
        case "down":
            actions.move_section(section, 1, by=by, at=at)
        case "remove":
            actions.remove_section(section, by=by, at=at)
            messages.success(request, _("栏目“%(title)s”已去掉。") % {"title": section.title})
    return redirect("home_sections")


def initial_of(section: HomeSection | None) -> dict[str, object]:
    if section is None:
        return {}
    return {
        "title": section.title, "note": section.note, "resources": "\n".join(section.identifiers),
        "query": section.query, "begins_date": section.begins_date, "ends_date": section.ends_date,
    }  # fmt: skip
