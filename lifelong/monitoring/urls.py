from datetime import date

from django.urls import URLPattern, path, register_converter

from lifelong.monitoring.views import usage


class UsageScope:
    regex = "inst|region|category|area"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return str(value)


class Day:
    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: str | date) -> str:
        return str(value)


register_converter(UsageScope, "usage_scope")
register_converter(Day, "usage_date")

urlpatterns: list[URLPattern] = [
    path("about/counting", usage.counting, name="counting"),
    path("work/usage/", usage.usage, name="usage"),
    path("work/usage/export", usage.export, name="usage_export"),
    path("work/usage/days/<usage_date:day>/", usage.day, name="usage_day"),
    path("work/usage/resources/<str:resource_id>/", usage.resource, name="usage_resource"),
    path("work/usage/resources/<str:resource_id>/export", usage.resource_export, name="usage_resource_export"),
    path("work/usage/<usage_scope:scope>/<str:key>/", usage.scope, name="usage_scope"),
    path("work/usage/<usage_scope:scope>/<str:key>/export", usage.export, name="usage_scope_export"),
]
