"""What makes the trail append-only: triggers in the database, on SQLite and on PostgreSQL.

- An entry, a seal and a purge are never changed.
- A seal and a purge are never removed; an entry only where a purge covers it.
- A purge must name a seal that exists, and nothing it covers may be younger than ``KEEP_DAYS``.

Who owns the database can drop a trigger; ``verify-audit`` then finds what was altered, by the chain and its anchor.
"""

from typing import Any

KEEP_DAYS = 183  # six months, 网络安全法 第二十一条

TABLES = ("audit_auditentry", "audit_seal", "audit_purge")
REFUSED = "audit: append-only"

_YOUNG = {
    "sqlite": f"e.written_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-{KEEP_DAYS} days')",
    "postgresql": f"e.written_at > now() - interval '{KEEP_DAYS} days'",
}
_UNFIT = """NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.id = NEW.seal_id AND s.last_id = NEW.last_id)
    OR EXISTS (SELECT 1 FROM audit_auditentry e WHERE e.id <= NEW.last_id AND {young})"""
_COVERED = "EXISTS (SELECT 1 FROM audit_purge p WHERE p.last_id >= OLD.id)"

_SQLITE = [
    *(
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        for table in TABLES
        for verb in ("update", "delete")
        if (table, verb) != ("audit_auditentry", "delete")
    ),
    f"CREATE TRIGGER audit_auditentry_no_delete BEFORE DELETE ON audit_auditentry "
    f"WHEN NOT {_COVERED} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
    f"CREATE TRIGGER audit_purge_fit BEFORE INSERT ON audit_purge "
    f"WHEN {_UNFIT.format(young=_YOUNG['sqlite'])} BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
]
_POSTGRESQL = [
    f"""CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'restrict_violation'; END $$""",
    f"""CREATE FUNCTION audit_refuse_uncovered() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF NOT {_COVERED} THEN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'restrict_violation'; END IF;
    RETURN OLD; END $$""",
    f"""CREATE FUNCTION audit_refuse_unfit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF {_UNFIT.format(young=_YOUNG["postgresql"])}
    THEN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'restrict_violation'; END IF;
    RETURN NEW; END $$""",
    *(
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} "
        f"FOR EACH {'STATEMENT' if verb == 'truncate' else 'ROW'} EXECUTE FUNCTION "
        f"{'audit_refuse_uncovered' if (table, verb) == ('audit_auditentry', 'delete') else 'audit_refuse'}()"
        for table in TABLES
        for verb in ("update", "delete", "truncate")
    ),
    "CREATE TRIGGER audit_purge_fit BEFORE INSERT ON audit_purge FOR EACH ROW EXECUTE FUNCTION audit_refuse_unfit()",
]
_NAMES = [
    *((table, f"{table}_no_{verb}") for table in TABLES for verb in ("update", "delete", "truncate")),
    ("audit_purge", "audit_purge_fit"),
]
_FUNCTIONS = ("audit_refuse", "audit_refuse_uncovered", "audit_refuse_unfit")


def create(connection: Any) -> None:
    with connection.cursor() as cursor:
        for statement in _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL:
            cursor.execute(statement)


def drop(connection: Any) -> None:
    """For the reverse of the migration and for tests that empty the database."""
    with connection.cursor() as cursor:
        for table, name in _NAMES:
            on = "" if connection.vendor == "sqlite" else f" ON {table}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")
        if connection.vendor == "postgresql":
            for name in _FUNCTIONS:
                cursor.execute(f"DROP FUNCTION IF EXISTS {name}()")


def present(connection: Any) -> set[str]:
    """Names of the triggers that guard the trail now; one of the same name that does something else guards nothing."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            found = {name: _plain(sql) for name, sql in cursor.fetchall()}
        else:
            cursor.execute(
                "SELECT t.tgname, pg_get_triggerdef(t.oid, true), p.proname, p.prosrc FROM pg_trigger t"
                " JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')"
            )
            bodies = _bodies()
            found = {
                name: _plain(sql) for name, sql, function, body in cursor.fetchall()
                if _plain(body) == bodies.get(function)
            }  # fmt: skip
    made = _made(connection)
    return {name for name, sql in found.items() if made.get(name) == sql}


def _made(connection: Any) -> dict[str, str]:
    """Each trigger's statement by its name."""
    statements = _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL
    return {each.split()[2]: _plain(each) for each in statements if each.startswith("CREATE TRIGGER")}


def _bodies() -> dict[str, str]:
    """What each function of PostgreSQL does, by its name."""
    functions = [each for each in _POSTGRESQL if each.startswith("CREATE FUNCTION")]
    return {each.split()[2].removesuffix("()"): _plain(each.split("$$")[1]) for each in functions}


def _plain(sql: str) -> str:
    return " ".join(sql.split())


def wanted(connection: Any) -> set[str]:
    names = {name for _, name in _NAMES}
    return {name for name in names if not name.endswith("_truncate")} if connection.vendor == "sqlite" else names
