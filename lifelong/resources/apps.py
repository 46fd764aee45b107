from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    name = "lifelong.resources"
    verbose_name = "资源"

    def ready(self) -> None:
        from lifelong.resources import receivers  # noqa: F401, PLC0415 - connects them
        from lifelong.resources.queries import waiting  # noqa: PLC0415
        from lifelong.web import desk  # noqa: PLC0415

        desk.register_waiting(waiting.waiting_for)
        desk.register_menu(waiting.menu_for)
