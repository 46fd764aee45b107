"""All addresses. Each chapter lists its own; config alone knows every chapter."""

from importlib.util import find_spec

from django.urls import include, path

# what the public asks for most stands first: an address at the end of the list is looked up for half a millisecond
CHAPTERS = [
    "catalogue", "media", "learning", "web", "jobs", "audit", "notices", "texts", "accounts", "institutions", "calls",
    "standards", "screening", "resources", "review", "monitoring", "demo",
]  # fmt: skip

urlpatterns = [
    path("", include("lifelong.config.health")),
    *(path("", include(f"lifelong.{name}.urls")) for name in CHAPTERS if find_spec(f"lifelong.{name}.urls")),
    path("accounts/", include("allauth.urls")),
]
