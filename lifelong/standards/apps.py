from django.apps import AppConfig


class StandardsConfig(AppConfig):
    name = "lifelong.standards"
    verbose_name = "标准"
