"""What makes a round immutable: triggers in the database, on SQLite and on PostgreSQL.

Of a round only ``closed_at`` changes; a signature and a line of the timeline never do.
"""

from typing import Any

FROZEN = {
    "resources_round": (
        "version_id", "number", "call_id", "submitted_by_id", "submitted_at", "receipt_number", "standard", "values",
        "files", "signature_id", "in_grace",
    ),
    "resources_signature": (),  # every column
    "resources_step": (),
}  # fmt: skip
REFUSED = "resources: frozen"


def _of(columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    return f" OF {names}" if names else ""


def create(connection: Any) -> None:
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if not sqlite:
            cursor.execute(
                f"""CREATE FUNCTION resources_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'restrict_violation'; END $$"""
            )
        for table, columns in FROZEN.items():
            does = (
                f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
                if sqlite
                else "FOR EACH ROW EXECUTE FUNCTION resources_refuse()"
            )
            cursor.execute(f"CREATE TRIGGER {table}_frozen BEFORE UPDATE{_of(columns)} ON {table} {does}")


def drop(connection: Any) -> None:
    with connection.cursor() as cursor:
        for table in FROZEN:
            on = "" if connection.vendor == "sqlite" else f" ON {table}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_frozen{on}")
        if connection.vendor == "postgresql":
            cursor.execute("DROP FUNCTION IF EXISTS resources_refuse()")
