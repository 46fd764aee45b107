"""Effect of one resource, for its institution, its province, the operator and the ministry."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lifelong.monitoring.evaluating.effect import SMALL
from lifelong.monitoring.queries import effect as queries
from lifelong.web.numerals import numeral
from lifelong.web.rights import right


@never_cache
@require_safe
@right("desk")
def show(request: HttpRequest, identifier: str) -> HttpResponse:
    entry = queries.entry_seen_by(request.user, identifier)  # type: ignore[arg-type]
    if entry is None:
        raise Http404
    file = min(max(1, numeral(request.GET.get("file", "1")) or 1), max(1, len(entry.files)))
    found = queries.effect_of(entry, file=file)
    most = max([n for _star, n in found.stars] + [1])
    context = {
        "entry": entry, "found": found, "file": file, "small": SMALL,
        "bound": None if found.bound is None else f"{100 * found.bound:.0f}",
        "stars": [(star, n, round(100 * n / most)) for star, n in found.stars],
        "curve": [
            (10 * place, 100 - share, share, round(found.curve.length_s * place / queries.BINS))
            for place, share in enumerate(found.curve.shares)
        ] if found.curve else [],
        "cohorts": [(one, None if one.share is None else round(100 * one.share)) for one in found.cohorts],
    }  # fmt: skip
    return render(request, "monitoring/effect.html", context)
