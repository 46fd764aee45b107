"""The tree of regions, read once per process: a few hundred rows that change with a release."""

from dataclasses import dataclass
from functools import cached_property

from lifelong.regions.models import Region


@dataclass(frozen=True)
class Tree:
    """All regions by code, in the order of their codes."""

    regions: dict[str, Region]

    @cached_property
    def children(self) -> dict[str, list[str]]:
        """Code → codes that report to it directly."""
        found: dict[str, list[str]] = {code: [] for code in self.regions}
        for region in self.regions.values():
            if region.reporting_parent_id:
                found[region.reporting_parent_id].append(region.code)
        return found

    @cached_property
    def below(self) -> dict[str, frozenset[str]]:
        """Code → itself and everything below it by reporting parent."""
        found: dict[str, frozenset[str]] = {}

        def gather(code: str) -> frozenset[str]:
            found[code] = frozenset([code]).union(*(gather(child) for child in self.children[code]))
            return found[code]

        for region in self.regions.values():
            if not region.reporting_parent_id:
                gather(region.code)
        return found


_tree: Tree | None = None


def tree() -> Tree:
    global _tree  # noqa: PLW0603 - one tree per process, dropped by load_regions
    if _tree is None:
        read = Tree({region.code: region for region in Region.objects.order_by("code")})
        if not read.regions:
            return read  # a database still being made: look again next time
        _tree = read
    return _tree


def forget_tree() -> None:
    global _tree  # noqa: PLW0603
    _tree = None


def code_of(region: Region | str) -> str:
    return region if isinstance(region, str) else region.code


def region(code: str) -> Region | None:
    """The region with this code, without a query; None where there is none."""
    return tree().regions.get(code)


def provinces() -> list[Region]:
    return [found for found in tree().regions.values() if found.level == "province"]


def within(region: Region | str) -> frozenset[str]:
    """Codes of the region and of all below it by reporting parent; empty for an unknown code.

    For filters: ``filter(region_id__in=within("410000"))``. 巩义 410181 is within Henan, not within 郑州.
    """
    return tree().below.get(code_of(region), frozenset())


def reporting_regions(province: Region | str) -> list[Region]:
    """What reports straight to the province, by code: for Henan 17 省辖市, ten 省直管县(市) and 济源示范区."""
    all_regions = tree()
    return [all_regions.regions[code] for code in all_regions.children.get(code_of(province), [])]


def province_of(region: Region | str) -> Region | None:
    """The province that a region belongs to (itself for a province); None for an unknown code."""
    found = tree().regions.get(code_of(region))
    while found is not None and found.reporting_parent_id:
        found = tree().regions[found.reporting_parent_id]
    return found


def full_name(region: Region | str) -> str:
    """「河南省 郑州市」; the province is named before anything below it."""
    found = tree().regions.get(code_of(region))
    province = province_of(region)
    if found is None or province is None:
        return ""
    return found.name if found.code == province.code else f"{province.name} {found.name}"
