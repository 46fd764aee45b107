"""The category tree (分类) as a pure thing: nodes in, answers out. The database loads it, ``precheck`` uses the packaged one."""

from lifelong.standards.categories.reading import from_toml, packaged, to_toml
from lifelong.standards.categories.tree import AREAS, Alias, Node, Resolution, Tree, fold

__all__ = ["AREAS", "Alias", "Node", "Resolution", "Tree", "fold", "from_toml", "packaged", "to_toml"]
