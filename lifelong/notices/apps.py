from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "lifelong.notices"
    verbose_name = "通知"
