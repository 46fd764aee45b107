from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    name = "lifelong.resources"
    verbose_name = "资源"
