"""Bringing the regions of ``regions.csv`` into the database."""

import csv
from datetime import date
from importlib.resources import files
from typing import Any

from django.db import transaction

from lifelong.regions.models import Region
from lifelong.regions.queries import forget_tree

FIELDS = ["name", "short_name", "level", "code_parent_id", "reporting_parent_id", "valid_from", "valid_to"]


def rows() -> list[dict[str, Any]]:
    """The rows of the file as field values of ``Region``, parents before children."""
    text = files("lifelong.regions").joinpath("regions.csv").read_text("utf-8")
    order = {"province": 0, "city": 1, "county": 2}
    found = [
        {
            "code": row["code"],
            "name": row["name"],
            "short_name": row["short_name"],
            "level": row["level"],
            "code_parent_id": row["code_parent"] or None,
            "reporting_parent_id": row["reporting_parent"] or None,
            "valid_from": date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
            "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        }
        for row in csv.DictReader(text.splitlines())
    ]
    return sorted(found, key=lambda row: (order[row["level"]], row["code"]))


@transaction.atomic
def load_regions(model: Any = Region) -> int:
    """Insert or update every region of the file; returns how many. A migration passes its historical model."""
    regions = [model(**row) for row in rows()]
    model.objects.bulk_create(regions, update_conflicts=True, unique_fields=["code"], update_fields=FIELDS)
    forget_tree()
    return len(regions)
