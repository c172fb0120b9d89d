"""Create the queues of a new installation."""

from django.db import migrations

from support.defaults import install_defaults


class Migration(migrations.Migration):
    dependencies = [("support", "0001_initial"), ("accounts", "0002_tiers")]
    operations = [migrations.RunPython(lambda apps, editor: install_defaults(apps), migrations.RunPython.noop)]
