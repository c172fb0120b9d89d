"""What running promises did after an edit, and the question before a target is applied to them."""

import pytest
from django.urls import reverse

from events.models import Event
from sla.actions.apply_target import apply_target
from sla.actions.set_hours import set_hours
from sla.models import Move, Recalculation, Target, Timer
from support.actions import recalculate
from tests.factories.support import make_ticket
from tests.sla.test_admin import always, change, form
from tests.sla.test_recalculating import clock, edit, many, row, utc

__all__ = ["clock", "many"]


@pytest.fixture
def ada(cast, signed_in):
    return signed_in(cast.ada)


def page(client, name, *args, **headers):
    answer = client.get(reverse(f"console:{name}", args=args), headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_from_an_edited_target_to_promises_that_moved(many, ada, cast, run_reactions):
    tickets, target = many
    answer = ada.post(change(target), form(target, hours=2, minutes=0), follow=True)
    assert "5 running timers were promised under this row. They keep their promise." in answer.content.decode()
    assert Timer.objects.filter(due_at=utc("06-02T12:00:00")).count() == 5
    url = reverse("console:target_application", args=[target.pk])
    assert url in ada.get(change(target)).content.decode()
    words = page(ada, "target_application", target.pk)
    assert "5 running timers follow this row" in words and "<strong>5</strong> would end earlier" in words
    assert not Recalculation.objects.exists()
    job_url = ada.post(url).headers["Location"]
    job = Recalculation.objects.get()
    words = ada.get(job_url).content.decode()
    assert "Waiting" in words and "every 2s" in words and "<progress" in words and "Stop here" in words
    run_reactions()
    words = ada.get(job_url).content.decode()
    assert "Looked at 5 tickets." in words and "every 2s" not in words and "<progress" not in words
    assert f'href="{reverse("console:ticket", args=[tickets[0].pk])}"' in words
    assert ">10:00 UTC</strong>" in words and job.name in page(ada, "recalculations")
    told = page(ada, "timeline", tickets[0].pk)
    assert "Promise moved from" in told and "because the target “First response, Enterprise” was applied" in told
    assert "No running timer follows" not in page(ada, "target_application", target.pk)
    assert url not in ada.get(change(target)).content.decode()  # nothing is left to apply


def test_the_part_that_asks_again_comes_alone(many, ada, cast):
    job = apply_target(many[1], by=cast.ada)
    for name, args in (("recalculation", [job.pk]), ("recalculations", [])):
        part = page(ada, name, *args, HX_Request="true")
        assert part.lstrip().startswith("<div id=") and "<html" not in part


def test_other_hours_are_followed_and_the_page_of_the_calendar_says_so(cast, clock, ada):
    make_ticket(cast.alice)
    set_hours(always(), {"zone": "UTC", "weekly": {"mon": [["09:00", "17:00"]]}}, by=cast.ada)
    recalculate.recalculate()
    job = Recalculation.objects.get()
    words = page(ada, "recalculation", job.pk)
    assert "Hours changed" in words and "Stop here" not in words and "Mon" not in job.name
    assert "because the hours of “Always” changed" in page(ada, "timeline", Move.objects.get().ticket_id)


def test_a_deleted_target_leaves_its_timers_a_choice(many, ada):
    answer = ada.post(reverse("admin:sla_target_delete", args=[many[1].pk]), {"post": "yes"}, follow=True)
    offer = reverse("console:gone_application", args=["first_response"])
    assert offer in answer.content.decode() and offer in page(ada, "recalculations")
    assert "timers whose target is gone" in page(ada, "gone_application", "first_response")
    ada.post(offer)
    assert Recalculation.objects.get().row is None
    assert ada.get(reverse("console:gone_application", args=["nothing"])).status_code == 404


def test_failures_are_named_and_tried_again(many, ada, cast, monkeypatch):
    job = apply_target(many[1], by=cast.ada)

    def refuse(ticket):
        raise ValueError("canary-reason")

    with monkeypatch.context() as patched:
        patched.setattr(recalculate.timeline, "facts_of", refuse)
        recalculate.recalculate()
    words = page(ada, "recalculation", job.pk)
    assert "5 tickets failed" in words and "canary-reason" in words and "Done, with failures" in words
    assert ada.post(reverse("console:recalculation_repetition", args=[job.pk])).status_code == 302
    recalculate.recalculate()
    words = page(ada, "recalculation", job.pk)
    assert "canary-reason" not in words and "The promises of 5 moved" in words


def test_a_job_is_stopped(many, ada, cast):
    job = apply_target(many[1], by=cast.ada)
    answer = ada.post(reverse("console:recalculation_cancellation", args=[job.pk]), follow=True)
    assert "Stopped." in answer.content.decode() and "Cancelled" in answer.content.decode()
    assert recalculate.recalculate() == 0
    assert list(Event.objects.filter(name="recalculation.cancelled").values_list("actor", flat=True)) == [cast.ada.pk]


def test_the_pages_say_so_when_there_is_nothing(ada, cast):
    assert "Nothing was recalculated yet" in page(ada, "recalculations")
    assert "No running timer follows this" in page(ada, "target_application", Target.objects.first().pk)


def test_a_job_that_no_worker_takes_up_is_remarked_on(many, ada, cast, clock):
    job = apply_target(many[1], by=cast.ada)
    clock("06-02T08:02:00")
    assert "No worker has taken this up yet" in page(ada, "recalculation", job.pk)


def test_pages_cost_the_same_however_much_moved(cast, clock, ada, django_assert_max_num_queries):
    tickets = [make_ticket(cast.alice) for _ in range(12)]
    target = edit(row(), 2)
    job = apply_target(target, by=cast.ada)
    recalculate.recalculate()
    assert len(tickets) == Move.objects.count()
    page(ada, "recalculation", job.pk)
    for name, args in (("recalculation", [job.pk]), ("recalculations", []), ("target_application", [target.pk])):
        with django_assert_max_num_queries(9):
            page(ada, name, *args)
