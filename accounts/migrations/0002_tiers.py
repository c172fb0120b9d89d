"""Create the three tiers of a new installation."""

from django.db import migrations

from accounts.defaults import install_defaults


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(lambda apps, editor: install_defaults(apps), migrations.RunPython.noop)]
