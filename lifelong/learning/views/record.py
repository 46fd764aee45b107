"""学习档案: what was studied in a period, on screen and as a sheet; certificates made of it, and whether one is genuine."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lifelong.audit.masks import mask_name
from lifelong.learning import policy
from lifelong.learning.actions import certificates as acts
from lifelong.learning.models import Certificate
from lifelong.learning.periods import CertificateForm, PeriodForm, usual
from lifelong.learning.queries import certificates, study
from lifelong.learning.words import in_words
from lifelong.resources.identifiers import as_written
from lifelong.web.refusals import Refusal
from lifelong.web.rights import PUBLIC, SIGNED_IN, right
from lifelong.web.workbooks import Column, answer, workbook


def period_of(request: HttpRequest) -> tuple[PeriodForm, date, date]:
    """The period asked for; the usual one where none was, or none that makes sense (the form says why)."""
    wanted = usual(timezone.localdate())
    if not {"since", "until"} & set(request.GET):
        return PeriodForm(initial=wanted), wanted["since"], wanted["until"]
    form = PeriodForm(request.GET)
    values = form.cleaned_data if form.is_valid() else wanted
    return form, values["since"], values["until"]


@require_safe
@right(SIGNED_IN)
def record(request: HttpRequest) -> HttpResponse:
    form, since, until = period_of(request)
    found = study.record(request.user, since, until)  # type: ignore[arg-type]
    shown = {"form": form, "since": since, "until": until, "record": found}
    return render(request, "learning/record.html", shown, status=422 if form.errors else 200)


@require_safe
@right(SIGNED_IN)
def record_sheet(request: HttpRequest) -> HttpResponse:
    form, since, until = period_of(request)
    if form.errors:  # a sheet of another period than was asked for would be taken for it
        return redirect(f"{reverse('my_record')}?{request.GET.urlencode()}")
    found = study.record(request.user, since, until)  # type: ignore[arg-type]
    columns = [
        Column(_("资源"), 40), Column(_("单位"), 24), Column(_("学习时长（分钟）")), Column(_("实际用时（分钟）")), Column(_("学完时间"), 18),
    ]  # fmt: skip
    rows = [
        [line.title, line.institution, minutes(line.content_s), minutes(line.wall_s), line.done_at if line.is_done else None]
        for line in found.lines
    ]  # fmt: skip
    total = _("合计：%s") % in_words(found.content_s)
    title = _("学习档案")
    filters = [f"{since:%Y-%m-%d} – {until:%Y-%m-%d}", total]
    return answer(workbook(title, columns, rows, filters=filters), f"{title} {since:%Y-%m-%d} {until:%Y-%m-%d}")


def minutes(seconds: float) -> float:
    return round(seconds / 60, 1)


@require_http_methods(["GET", "HEAD", "POST"])
@right(SIGNED_IN)
def my_certificates(request: HttpRequest) -> HttpResponse:
    """The form for a new one, and those there are."""
    user: Any = request.user
    given = {**usual(timezone.localdate()), "name": user.name}
    form = CertificateForm(request.POST or None, initial={**given, **request.GET.dict()})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            made = acts.issue(
                name=values["name"], from_date=values["since"], to_date=values["until"], by=user, at=timezone.now()
            )
        except Refusal as refusal:
            form.add_error("since" if refusal.fields else None, refusal.message)
        else:
            messages.success(request, _("证明 %s 已开具，可以下载或打印。") % made.number)
            return redirect("my_certificates")
    page = Paginator(certificates.of(user), 20).get_page(request.GET.get("page"))
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "learning/certificates.html", {"form": form, "page": page}, status=status)


@require_safe
@right(SIGNED_IN)
def certificate_file(request: HttpRequest, number: str) -> HttpResponse:
    from lifelong.learning.papers import certificate_pdf

    found = get_object_or_404(Certificate, number=number)
    if not policy.can_read_certificate(request.user, found):  # type: ignore[arg-type]
        raise Http404
    answer = HttpResponse(certificate_pdf(found), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="certificate-{found.number}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
@right(PUBLIC)
def verify(request: HttpRequest) -> HttpResponse:
    """The form; a number leads to its page, however it was typed."""
    typed = request.GET.get("number", "").strip()[:40]
    if number := as_written(typed):
        return redirect("verify_certificate", number)
    return render(request, "learning/verify.html", {"typed": typed}, status=404 if typed else 200)


@require_safe
@right(PUBLIC)
def verify_certificate(request: HttpRequest, number: str) -> HttpResponse:
    """Genuine, revoked or unknown; of the holder only the family name."""
    found = certificates.by_number(number)
    if found is None:
        return render(request, "learning/verify.html", {"typed": number[:40]}, status=404)
    if found.number != number:
        return redirect("verify_certificate", found.number)
    answer = render(request, "learning/verify.html", {"certificate": found, "name": mask_name(found.name)})
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
@right("certificates.revoke")
def desk(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("text", "").strip()[:60]
    page = Paginator(certificates.all_issued(text), 50).get_page(request.GET.get("page"))
    return render(request, "learning/desk_certificates.html", {"page": page, "text": text})


@require_http_methods(["GET", "HEAD", "POST"])
@right("certificates.revoke")
def desk_certificate(request: HttpRequest, number: str) -> HttpResponse:
    """One certificate with what it is made of; POST revokes it with a reason."""
    found = get_object_or_404(Certificate.objects.select_related("user"), number=number)
    shown: dict[str, Any] = {"certificate": found, "can_revoke": policy.can_revoke(request.user, found)}  # type: ignore[arg-type]
    if request.method != "POST":
        return render(request, "learning/desk_certificate.html", shown)
    try:
        acts.revoke(found, reason=request.POST.get("reason", ""), by=request.user, at=timezone.now())  # type: ignore[arg-type]
    except Refusal as refusal:
        return render(request, "learning/desk_certificate.html", {**shown, "refusal": refusal}, status=refusal.status)
    messages.success(request, _("证明 %s 已作废，查验时会显示。") % found.number)
    return redirect("certificate_desk")
