from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from lifelong.web.rights import PUBLIC, right


@right(PUBLIC)
def constant(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("always the same\n", content_type="text/plain")


urlpatterns = [path("constant", constant), path("", include("lifelong.config.urls"))]
