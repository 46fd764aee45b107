from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "lifelong.catalogue"
    verbose_name = "资源库"
