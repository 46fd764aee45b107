from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "lifelong.config"
    verbose_name = "配置"

    def ready(self) -> None:
        from lifelong.config import health
        from lifelong.web import readiness

        readiness.register("database", health.database)
        readiness.register("queue", health.queue)
