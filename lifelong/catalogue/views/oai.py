"""OAI-PMH at /oai, and the schema of our own format."""

from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from lifelong.catalogue.oai.answers import answer
from lifelong.catalogue.oai.schema import xsd
from lifelong.web.rights import PUBLIC, right

LONGEST_BODY = 64 * 1024


@csrf_exempt  # reads only; harvesters send their arguments by POST as well
@require_http_methods(["GET", "HEAD", "POST"])
@right(PUBLIC)
def oai(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        if len(request.body) > LONGEST_BODY:
            return HttpResponse(status=413)
        if request.body and request.content_type != "application/x-www-form-urlencoded":
            return HttpResponse(status=415)
        asked = request.body.decode("utf-8", "replace")
    else:
        asked = request.META.get("QUERY_STRING", "")
    told = answer(parse_qsl(asked, keep_blank_values=True), now=timezone.now())
    return HttpResponse(told, content_type="text/xml; charset=utf-8", headers={"Cache-Control": "no-store"})


@require_safe
@right(PUBLIC)
def own_schema(request: HttpRequest) -> HttpResponse:
    return HttpResponse(xsd(), content_type="application/xml", headers={"Cache-Control": "public, max-age=86400"})
