"""The database's own refusal to change or delete an event, on PostgreSQL and SQLite.

PostgreSQL can empty a table without touching its rows, which takes a trigger of its own.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

POSTGRESQL = (
    """
    CREATE OR REPLACE FUNCTION refuse_event_change() RETURNS trigger AS $$
    BEGIN RAISE EXCEPTION 'events are append-only' USING ERRCODE = 'integrity_constraint_violation'; END;
    $$ LANGUAGE plpgsql
    """,
    "DROP TRIGGER IF EXISTS events_are_append_only ON events_event",
    """
    CREATE TRIGGER events_are_append_only BEFORE UPDATE OR DELETE ON events_event
    FOR EACH ROW EXECUTE FUNCTION refuse_event_change()
    """,
    "DROP TRIGGER IF EXISTS events_are_not_emptied ON events_event",
    """
    CREATE TRIGGER events_are_not_emptied BEFORE TRUNCATE ON events_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_event_change()
    """,
)
SQLITE = tuple(
    f"""
    CREATE TRIGGER IF NOT EXISTS events_refuse_{act} BEFORE {act} ON events_event
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END
    """
    for act in ("UPDATE", "DELETE")
)


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the database refuse UPDATE, DELETE and TRUNCATE on events; repeating it changes nothing."""
    with connection.cursor() as cursor:
        for statement in POSTGRESQL if connection.vendor == "postgresql" else SQLITE:
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Lift the refusal: for tests that empty the tables, and for an operator's purge."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for trigger in ("events_are_append_only", "events_are_not_emptied"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger} ON events_event")
        else:
            for act in ("UPDATE", "DELETE"):
                cursor.execute(f"DROP TRIGGER IF EXISTS events_refuse_{act}")
