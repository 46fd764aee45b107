from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "lifelong.catalogue"
    verbose_name = "资源库"

    def ready(self) -> None:
        from lifelong.catalogue import receivers  # noqa: F401 - they listen from now on
