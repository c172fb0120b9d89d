"""The physical limit: the least that Django itself needs for the pages a desk is measured by.

/list       one indexed SELECT of 25 rows through a minimal template, signed in (session and user row are read)
/create     POST: one row and one child row in a transaction, signed in by the same middleware

    DATABASE_URL=postgresql://root@127.0.0.1/limits python -m benchmarks.limits 100000
    DATABASE_URL=… gunicorn -w 2 benchmarks.limits:application
"""

import os
import sys
from datetime import UTC, datetime, timedelta

import environ
from django.conf import settings

LIST = (
    "<!doctype html><title>Tickets</title><table>{% for t in tickets %}<tr><td>{{ t.id }}<td>{{ t.title }}<td>"
    "{{ t.status }}<td>{{ t.queue }}<td>{{ t.assignee }}<td>{{ t.due|date:'c' }}</tr>{% endfor %}</table>{{ user }}"
)

settings.configure(
    SECRET_KEY="only-for-measuring",
    DEBUG=False,
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        [("django.template.loaders.locmem.Loader", {"list.html": LIST})],
                    )
                ]
            },
        }
    ],
    DATABASES={"default": {**environ.Env.db_url_config(os.environ["DATABASE_URL"]), "CONN_MAX_AGE": 300}},
)

import django  # noqa: E402

django.setup()

from django.contrib.auth import authenticate, login  # noqa: E402
from django.contrib.auth.decorators import login_required  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402

PASSWORD = "measure-me-9"


class Ticket(models.Model):
    title = models.CharField(max_length=200)
    body = models.TextField()
    status = models.IntegerField()
    queue = models.IntegerField()
    assignee = models.CharField(max_length=40)
    due = models.DateTimeField()

    class Meta:
        app_label = "limits"
        indexes = [models.Index(fields=["status", "due", "id"], name="ticket_status_due")]


class Event(models.Model):
    ticket = models.ForeignKey(Ticket, models.CASCADE)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        app_label = "limits"


@login_required
def ticket_list(request):
    rows = (
        Ticket.objects.filter(status=1).order_by("due", "id").only("id", "title", "status", "queue", "assignee", "due")
    )
    return render(request, "list.html", {"tickets": rows[:25], "user": request.user.username})


@csrf_exempt
def create(request):
    with transaction.atomic():
        ticket = Ticket.objects.create(
            title=request.POST["subject"], body=request.POST["body"], status=1, queue=3, assignee="", due=timezone.now()
        )
        Event.objects.create(ticket=ticket, text="created", at=ticket.due)
    return HttpResponse(str(ticket.pk), status=201)


@csrf_exempt
def sign_in(request):
    if request.method == "POST":
        login(request, authenticate(request, username=request.POST["login"], password=request.POST["password"]))
    return HttpResponse("signed in")


urlpatterns = [path("list", ticket_list), path("create", create), path("login/", sign_in)]
application = get_wsgi_application()


def prepare(count: int) -> None:
    """Create the tables and `count` rows, a fifth of them open."""
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        for model in (Ticket, Event):
            editor.create_model(model)
    start = datetime.now(UTC)
    Ticket.objects.bulk_create(
        (
            Ticket(
                title=f"Question {n}",
                body="How?",
                status=1 if n % 5 == 0 else 4,
                queue=n % 4,
                assignee=f"agent{n % 12}",
                due=start + timedelta(seconds=n * 7919 % 864000),
            )
            for n in range(count)
        ),
        batch_size=2000,
    )
    User.objects.create_user("agent", password=PASSWORD)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    prepare(int(sys.argv[1]))
