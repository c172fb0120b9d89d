from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """A mail says what it tells and how long it is tried; failed ones are found by an index."""

    dependencies = [
        ("notifications", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoingmail",
            name="kind",
            field=models.CharField(
                blank=True, default="", help_text="What it tells: reply, note, step.", max_length=30, verbose_name="kind"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="give_up_at",
            field=models.DateTimeField(
                blank=True,
                help_text="A server that still says “later” then has said no.",
                null=True,
                verbose_name="tried until",
            ),
        ),
        migrations.AddIndex(
            model_name="outgoingmail",
            index=models.Index(condition=models.Q(("state", "failed")), fields=["-id"], name="mail_failed"),
        ),
    ]
