"""The texts, their versions, and the desk where they are written."""

from django.urls import path, register_converter

from lifelong.texts import views
from lifelong.texts.models import TextName


class Name:
    regex = "|".join(TextName.values)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Name, "text_name")

urlpatterns = [
    *(path(str(name), views.text, {"name": str(name)}, name=str(name)) for name in TextName.values),
    path("<text_name:name>/versions", views.versions, name="text_versions"),
    path("work/texts/", views.texts, name="texts"),
    path("work/texts/<text_name:name>/", views.draft, name="text_draft"),
    path("work/texts/<text_name:name>/preview", views.preview, name="text_preview"),
    path("work/texts/<text_name:name>/change", views.change, name="text_change"),
]
