"""Many rows at once, for bringing an existing library in: keys drawn beforehand, rows sent without a model instance each.

Eight tables a resource are written: Django's ``bulk_create`` takes about ten times as long for wide rows.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from django.db import connection, models


def next_keys(model: type[models.Model], count: int) -> list[int]:
    """Fresh primary keys that nobody else will draw; inside a transaction (on SQLite it is the only writer)."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [f'"{table}"', column, count],
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = %s), 0)", [table])
        last = cursor.fetchone()[0]
    return list(range(last + 1, last + 1 + count))


def write_rows(model: type[models.Model], rows: Sequence[Mapping[str, Any]], *, keep: bool = False) -> None:
    """Insert rows given as column attribute names (``resource_id`` for a foreign key) → values; the rest by default.

    ``keep``: a row that is there already, by a unique constraint, stays as it is.
    """
    if not rows:
        return
    fields = [field for field in model._meta.concrete_fields if not field.primary_key or field.attname in rows[0]]
    values = _values(fields, rows)
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and not keep:
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
            return
        marks, kept = ", ".join(["%s"] * len(fields)), " ON CONFLICT DO NOTHING" if keep else ""
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks}){kept}", values)  # noqa: S608 - names of ours


def _values(fields: Sequence[Any], rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """What the database takes, a tuple a row in the order of ``fields`` (two or more); only what must be is turned."""
    default = {field.attname: _default(field) for field in fields}
    turned = [(field.attname, prepare) for field in fields if (prepare := _preparer(field))]
    in_order = itemgetter(*default)
    values = []
    for row in rows:
        whole = {**default, **row}
        for name, prepare in turned:
            if name in row:
                whole[name] = prepare(row[name])
        values.append(in_order(whole))
    return values


def keys_of(model: type[models.Model], names: tuple[str, str], pairs: Collection[tuple[Any, Any]]) -> dict[Any, int]:
    """(value, value) → primary key of the rows that have these pairs in two columns with an index over both.

    Two separate ``IN`` lists would try every combination: six hundred thousand look-ups for two thousand pairs.
    """
    if not pairs:
        return {}
    table, key = (connection.ops.quote_name(name) for name in (model._meta.db_table, str(model._meta.pk.column)))
    one, two = (connection.ops.quote_name(str(model._meta.get_field(name).column)) for name in names)  # type: ignore[union-attr]
    values = ", ".join(["(%s, %s)"] * len(pairs))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {one}, {two}, {key} FROM {table} WHERE ({one}, {two}) IN (VALUES {values})",  # noqa: S608 - names of ours
            [value for pair in pairs for value in pair],
        )
        return {(first, second): found for first, second, found in cursor.fetchall()}


def _preparer(field: Any) -> Callable[[Any], Any] | None:
    """What turns a value of this field into what the database takes; None where numbers and texts pass as they are."""
    if isinstance(field, models.DateField):  # a day or an instant that repeats is turned once
        return lru_cache(maxsize=4_096)(lambda value: field.get_db_prep_save(value, connection))
    if isinstance(field, models.CharField | models.TextField | models.IntegerField | models.ForeignKey) and not hasattr(
        field, "from_db_value"
    ):
        return None
    return lambda value: field.get_db_prep_save(value, connection)


def _default(field: Any) -> Any:
    prepare = _preparer(field)
    return prepare(field.get_default()) if prepare else field.get_default()
