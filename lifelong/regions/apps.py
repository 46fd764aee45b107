from django.apps import AppConfig


class RegionsConfig(AppConfig):
    name = "lifelong.regions"
    verbose_name = "地区"
