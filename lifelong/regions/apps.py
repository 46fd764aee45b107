from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RegionsConfig(AppConfig):
    name = "lifelong.regions"
    verbose_name = "地区"

    def ready(self) -> None:
        post_migrate.connect(_fill_where_empty, sender=self)


def _fill_where_empty(using: str, **_: object) -> None:
    """A database that was emptied (``flush``) has its regions again; migration 0002 fills a new one."""
    from lifelong.regions.actions import load_regions
    from lifelong.regions.models import Region

    if using == "default" and not Region.objects.exists():
        load_regions()
