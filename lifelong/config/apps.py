from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "lifelong.config"
    verbose_name = "配置"
