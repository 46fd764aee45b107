from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "lifelong.media"
    verbose_name = "媒体文件"

    def ready(self) -> None:
        from lifelong.audit.words import name_verbs
        from lifelong.media import storage
        from lifelong.media.words import VERBS
        from lifelong.web import readiness

        name_verbs(VERBS)
        readiness.register("storage", storage.trouble)
