from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "lifelong.jobs"
    verbose_name = "任务"
