from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "lifelong.calls"
    verbose_name = "征集"
