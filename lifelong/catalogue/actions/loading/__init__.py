"""既有资源库导入 (``lifelong load``): lines are judged, known ones passed over, the rest written a chunk at a time."""

from lifelong.catalogue.actions.loading.run import Progress, load

__all__ = ["Progress", "load"]
