from datetime import date

from django.urls import URLPattern, path, register_converter

from lifelong.monitoring.views import (
    desk,
    effect,
    evaluation,
    evaluation_opinions,
    evaluation_resource,
    evaluation_schemes,
    inspection,
    inspection_plan,
    usage,
)


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
    path("work/inspection/", inspection.findings, name="inspection"),
    path("work/inspection/plan/", inspection_plan.plan, name="inspection-plan"),
    path("work/inspection/plan/<str:what>/<str:name>/", inspection_plan.change, name="inspection-change"),
    path("work/inspection/brakes/<int:number>", inspection.brake, name="inspection-brake"),
    path("work/inspection/reports/<str:number>", inspection.confirm_report, name="inspection-confirm-report"),
    path("work/inspection/<int:number>/", inspection.finding, name="inspection-finding"),
    path("work/inspection/<int:number>/recheck", inspection.recheck, name="inspection-recheck"),
    path("work/inspection/<int:number>/extend", inspection.extend, name="inspection-extend"),
    path("work/inspection/<int:number>/dismiss", inspection.dismiss, name="inspection-dismiss"),
    path("work/inspection/<int:number>/settle", inspection.settle, name="inspection-settle"),
    path("work/evaluation/", evaluation.index, name="evaluations"),
    path("work/evaluation/standing/", evaluation_resource.standings, name="evaluation_standings"),
    path("work/evaluation/schemes/", evaluation_schemes.index, name="evaluation_schemes"),
    path("work/evaluation/schemes/<str:version>/", evaluation_schemes.show, name="evaluation_scheme"),
    path("work/evaluation/<int:pk>/", evaluation.show, name="evaluation_run"),
    path("work/evaluation/<int:pk>/step", evaluation.step, name="evaluation_step"),
    path("work/evaluation/<int:pk>/export.<str:form>", evaluation.export, name="evaluation_export"),
    path("work/evaluation/<int:pk>/standing/", evaluation_resource.standing, name="evaluation_standing"),
    path("work/evaluation/<int:pk>/resources/<str:identifier>/", evaluation_resource.show, name="evaluation"),
    path("work/evaluation/<int:pk>/resources/<str:identifier>/do", evaluation_resource.do, name="evaluation_do"),
    path("work/opinions/", evaluation_opinions.index, name="opinions"),
    path("work/opinions/<int:pk>/", evaluation_opinions.show, name="opinion"),
    path("work/effect/<str:identifier>/", effect.show, name="effect"),
    path("work/operations/", desk.operations, name="operations"),
    path("work/operations/pages/", desk.pages, name="operations_pages"),
    path("work/operations/refused/", desk.refused, name="operations_refused"),
    path("work/operations/waits/", desk.waits, name="operations_waits"),
    path("work/operations/history/", desk.history, name="operations_history"),
    path("work/operations/thresholds", desk.set_threshold, name="operations_threshold"),
]
