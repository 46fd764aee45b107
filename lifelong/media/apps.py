from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "lifelong.media"
    verbose_name = "媒体文件"

    def ready(self) -> None:
        from lifelong.media import storage
        from lifelong.web import readiness

        readiness.register("storage", storage.trouble)
