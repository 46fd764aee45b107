from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "lifelong.media"
    verbose_name = "媒体文件"
