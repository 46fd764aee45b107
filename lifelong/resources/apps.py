from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    name = "lifelong.resources"
    verbose_name = "资源"

    def ready(self) -> None:
        from lifelong.resources import receivers  # noqa: F401 - connects them
        from lifelong.resources.queries import waiting
        from lifelong.web import desk

        desk.register_waiting(waiting.waiting_for)
        desk.register_menu(waiting.menu_for)
