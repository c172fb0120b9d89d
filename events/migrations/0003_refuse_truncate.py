"""Make PostgreSQL refuse to empty the table of events, too."""

from django.db import migrations

from events import triggers


class Migration(migrations.Migration):
    dependencies = [("events", "0002_append_only")]
    operations = [
        migrations.RunPython(
            lambda apps, editor: triggers.install(editor.connection),
            migrations.RunPython.noop,
        )
    ]
