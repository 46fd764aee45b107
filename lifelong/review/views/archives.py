"""征集材料归档: order it, see the ones that are there, fetch them."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lifelong.calls.models import Call
from lifelong.calls.policy import can_archive
from lifelong.calls.queries import calls_of
from lifelong.media.queries import prepared_of
from lifelong.review.actions.archives import order_archive
from lifelong.review.lifecycle import ARCHIVE
from lifelong.web.attempts import show_refusal
from lifelong.web.refusals import Refusal
from lifelong.web.rights import right


class ArchiveForm(forms.Form):
    purpose = forms.CharField(
        label=_("用途"), max_length=200, help_text=_("材料里有完整的联系方式，用途记入审计。例如：2026 年度归档。")
    )
    with_media = forms.BooleanField(
        label=_("连同报送的音视频和附件"),
        required=False,
        help_text=_("体积很大，一般不用选；文件照原样放入，不再压缩。"),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@right("review.open")
def archive(request: HttpRequest, number: str) -> HttpResponse:
    call: Call | None = calls_of(request.user).filter(number=number).first()
    if call is None or not can_archive(request.user, call):
        raise Http404
    form = ArchiveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("job", order_archive(call, **form.cleaned_data, by=request.user, at=timezone.now()))
        except Refusal as refusal:
            show_refusal(form, refusal)
    rows = [row for row in prepared_of(request.user, ARCHIVE) if row[0].facts.get("call") == call.number]
    context = {"call": call, "form": form, "rows": rows}
    return render(request, "review/archive.html", context, status=422 if form.errors else 200)
