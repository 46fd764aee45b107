from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "lifelong.demo"
    verbose_name = "演示"
