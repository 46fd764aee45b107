from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    name = "lifelong.screening"
    verbose_name = "内容筛查"
