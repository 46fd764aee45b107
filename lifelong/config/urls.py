"""All addresses. Each chapter lists its own; config alone knows every chapter."""

from importlib.util import find_spec

from django.urls import include, path

CHAPTERS = [
    "web", "jobs", "audit", "notices", "texts", "accounts", "institutions", "calls", "media", "standards", "screening",
    "resources", "review", "catalogue", "learning", "demo",
]  # fmt: skip

urlpatterns = [
    path("", include("lifelong.config.health")),
    *(path("", include(f"lifelong.{name}.urls")) for name in CHAPTERS if find_spec(f"lifelong.{name}.urls")),
    path("accounts/", include("allauth.urls")),
]
