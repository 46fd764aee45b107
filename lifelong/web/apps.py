from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "lifelong.web"
    verbose_name = "页面"
