"""Django's own pages in the console: who may set what."""

import pytest
from django.urls import reverse

from accounts.models import Membership, Organization, Tier, User
from events.models import Event
from support.models import Queue
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db

PAGES = [
    "accounts_tier",
    "accounts_organization",
    "accounts_user",
    "accounts_membership",
    "support_queue",
    "support_tag",
]


def fields_of(response):
    """Return what a browser would post back from an admin form."""
    data = {}
    forms = [response.context["adminform"].form]
    for formset in response.context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.forms]
    for form in forms:
        for field in form:
            value = field.value()
            if value is True:
                data[field.html_name] = "on"
            elif value not in (None, False):
                data[field.html_name] = value
    return data


@pytest.mark.parametrize("page", PAGES)
def test_every_settings_page_lists_adds_and_searches_for_an_administrator(cast, signed_in, page):
    ada = signed_in(cast.ada)
    assert ada.get(reverse(f"admin:{page}_changelist") + "?q=a").status_code == 200
    if page != "accounts_membership":
        assert ada.get(reverse(f"admin:{page}_add")).status_code == 200


@pytest.mark.parametrize("page", ["support_ticket", "support_message", "events_event"])
def test_tickets_messages_and_events_have_no_form(page):
    with pytest.raises(Exception, match=page):
        reverse(f"admin:{page}_changelist")


def test_each_field_of_the_settings_pages_is_explained(cast, signed_in):
    ada = signed_in(cast.ada)
    for page in ("accounts_tier", "accounts_organization", "accounts_user"):
        form = ada.get(reverse(f"admin:{page}_add")).context["adminform"].form
        unexplained = [name for name, field in form.fields.items() if not field.help_text]
        assert not unexplained, f"{page}: {unexplained}"


def test_a_changed_tier_goes_through_its_action(cast, signed_in):
    make_ticket(cast.alice)
    url = reverse("admin:accounts_organization_change", args=[cast.acme.pk])
    lena = signed_in(cast.lena)
    data = fields_of(lena.get(url)) | {"tier": Tier.objects.get(key="team").pk, "notes": "Nice people."}
    assert lena.post(url, data).status_code == 302
    cast.acme.refresh_from_db()
    assert (cast.acme.tier.key, cast.acme.notes) == ("team", "Nice people.")
    assert Event.objects.filter(name="organization.tier_changed", actor=cast.lena).count() == 1


def test_members_change_by_their_actions(cast, signed_in):
    url = reverse("admin:accounts_organization_change", args=[cast.acme.pk])
    ada = signed_in(cast.ada)
    data = fields_of(ada.get(url))
    prefix = next(
        name.rsplit("-", 1)[0]
        for name, value in data.items()
        if name.endswith("-user") and str(value) == str(cast.amir.pk)
    )
    assert ada.post(url, data | {f"{prefix}-role": "admin"}).status_code == 302
    assert Membership.objects.get(user=cast.amir).role == "admin"
    assert Event.objects.filter(name="organization.role_set", actor=cast.ada).count() == 1
    data = fields_of(ada.get(url))
    assert ada.post(url, data | {f"{prefix}-DELETE": "on"}).status_code == 302
    assert not Membership.objects.filter(user=cast.amir).exists()
    assert Event.objects.filter(name="organization.left", actor=cast.ada).count() == 1


def test_no_page_shows_a_password(cast, signed_in):
    page = signed_in(cast.ada).get(reverse("admin:accounts_user_change", args=[cast.gwen.pk])).text
    assert cast.gwen.password not in page
    assert 'name="password' not in page


def test_sec_19_only_administrators_change_people(cast, signed_in):
    for person in (cast.gwen, cast.lena):
        client = signed_in(person)
        url = reverse("admin:accounts_user_change", args=[person.pk])
        assert client.get(url).status_code == 200
        assert (
            client.post(url, {"email": person.email, "role": "administrator", "is_superuser": "on"}).status_code == 403
        )
        person = User.objects.get(pk=person.pk)
        assert not person.is_superuser
        assert not person.groups.filter(name="administrator").exists()


def test_sec_19_an_administrator_makes_no_superuser_and_does_not_touch_one(cast, signed_in):
    ada = signed_in(cast.ada)
    url = reverse("admin:accounts_user_change", args=[cast.gwen.pk])
    data = fields_of(ada.get(url)) | {"is_superuser": "on", "role": "lead"}
    assert ada.post(url, data).status_code == 302
    gwen = User.objects.get(pk=cast.gwen.pk)
    assert not gwen.is_superuser
    assert [group.name for group in gwen.groups.all()] == ["lead"]
    boss = User.objects.create_superuser("boss@desk.example")
    assert (
        ada.post(reverse("admin:accounts_user_change", args=[boss.pk]), {"email": "x@desk.example"}).status_code == 403
    )


def test_sec_19_nobody_changes_their_own_role(cast, signed_in):
    ada = signed_in(cast.ada)
    url = reverse("admin:accounts_user_change", args=[cast.ada.pk])
    ada.post(url, fields_of(ada.get(url)) | {"role": "agent", "display_name": "Ada the Second", "is_active": ""})
    cast.ada.refresh_from_db()
    assert cast.ada.display_name == "Ada the Second"
    assert cast.ada.is_active
    assert [group.name for group in cast.ada.groups.all()] == ["administrator"]


def test_a_person_who_is_deactivated_is_signed_out(cast, signed_in):
    gwen, ada = signed_in(cast.gwen), signed_in(cast.ada)
    url = reverse("admin:accounts_user_change", args=[cast.gwen.pk])
    data = fields_of(ada.get(url))
    data.pop("is_active")
    assert ada.post(url, data).status_code == 302
    assert gwen.get("/admin/queue/").status_code == 302


def test_a_new_person_gets_a_role_and_no_password(cast, signed_in):
    url = reverse("admin:accounts_user_add")
    data = {"email": "New@Desk.example", "display_name": "New", "time_zone": "UTC", "role": "agent", "is_active": "on"}
    assert signed_in(cast.ada).post(url, data).status_code == 302
    new = User.objects.get(email="new@desk.example")
    assert new.is_staff
    assert not new.has_usable_password()
    assert [group.name for group in new.groups.all()] == ["agent"]


def test_a_lead_chooses_who_works_in_a_queue_and_deletes_none(cast, signed_in):
    queue = Queue.objects.get(slug="priority")
    url = reverse("admin:support_queue_change", args=[queue.pk])
    lena = signed_in(cast.lena)
    assert lena.post(url, fields_of(lena.get(url)) | {"members": [cast.gwen.pk, cast.hugo.pk]}).status_code == 302
    assert set(queue.members.all()) == {cast.gwen, cast.hugo}
    make_ticket(cast.bea)
    assert (
        signed_in(cast.ada).post(reverse("admin:support_queue_delete", args=[queue.pk]), {"post": "yes"}).status_code
        == 403
    )
    assert Organization.objects.count() == 2
