import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError

from accounts.actions.add_member import add_member
from accounts.actions.change_tier import change_tier
from accounts.actions.erase_person import erase_person
from accounts.actions.find_or_create_person import find_or_create_person
from accounts.actions.prove_address import prove_address
from accounts.actions.remove_member import remove_member
from accounts.actions.set_role import set_role
from accounts.actions.set_sharing import set_sharing
from accounts.actors import Actor
from accounts.errors import NotAllowed, Refused
from accounts.models import MailDomain, Membership, Tier, User
from events.models import Event
from tests.factories.support import make_ticket

pytestmark = pytest.mark.django_db


def names(subject_type: str) -> list[str]:
    return list(Event.objects.filter(subject_type=subject_type).values_list("name", flat=True))


def test_who_writes_becomes_a_person_without_password_once():
    one = find_or_create_person(" New@X.example ", "New\r\nBcc: a@b.example\u202e", "email")
    two = find_or_create_person("new@x.example", "Other", "web")
    assert one == two
    assert one.display_name == "New Bcc: a@b.example"
    assert not one.has_usable_password()
    assert not EmailAddress.objects.get(user=one).verified
    event = Event.objects.get(name="user.created_by_message")
    assert (event.subject_id, event.data) == (one.pk, {"channel": "email"})


def test_who_has_an_account_already_stays_as_they_are(cast):
    assert find_or_create_person("ALICE@acme.example", "Somebody else", "email") == cast.alice
    assert User.objects.get(pk=cast.alice.pk).display_name == "Alice Moreau"
    assert names("user") == []


def test_what_is_no_address_makes_nobody():
    with pytest.raises(ValidationError):
        find_or_create_person("not an address", "", "email")
    assert not User.objects.exists()


def test_a_proven_address_joins_the_organisation_of_its_domain_once(cast):
    person = find_or_create_person("new@acme.example", "", "email")
    for _ in range(2):
        prove_address(person)
    assert Membership.objects.get(user=person).organization == cast.acme
    assert names("user") == ["user.created_by_message", "user.address_proven"]
    joined = Event.objects.get(name="organization.joined")
    assert joined.data == {"user": person.pk, "role": "member", "domain": "acme.example"}


def test_a_domain_of_a_free_provider_joins_nobody_to_anything(cast):
    MailDomain.objects.create(organization=cast.acme, domain="gmail.com")
    person = find_or_create_person("new@gmail.com", "", "email")
    prove_address(person)
    assert not Membership.objects.filter(user=person).exists()


def test_a_subdomain_is_another_domain(cast):
    person = find_or_create_person("new@evil.acme.example", "", "email")
    prove_address(person)
    assert not Membership.objects.filter(user=person).exists()


def test_a_removed_member_is_not_brought_back_by_signing_in(cast):
    membership = Membership.objects.get(user=cast.alice)
    remove_member(membership, by=Actor.person(cast.anna))
    prove_address(cast.alice)
    assert not Membership.objects.filter(user=cast.alice).exists()


def test_a_tier_changes_once_and_is_recorded_with_old_and_new(cast):
    developer = Tier.objects.get(key="developer")
    old = cast.acme.tier_id
    for _ in range(2):
        change_tier(cast.acme, developer, by=Actor.person(cast.ada))
    event = Event.objects.get(name="organization.tier_changed")
    assert event.data == {"old": old, "new": developer.pk}
    assert event.actor == cast.ada


def test_customers_and_agents_change_no_tier(cast):
    for person in (cast.anna, cast.gwen):
        with pytest.raises(NotAllowed):
            change_tier(cast.acme, None, by=Actor.person(person))
    assert names("organization") == []


@pytest.mark.parametrize("who", ["alice", "bea", "carl", "gwen"])
def test_only_the_organisation_s_admins_and_leads_manage_its_people(cast, who):
    by = Actor.person(getattr(cast, who))
    membership = Membership.objects.get(user=cast.amir)
    for act in (
        lambda: set_role(membership, "admin", by=by),
        lambda: remove_member(membership, by=by),
        lambda: add_member(cast.acme, cast.carl, by=by),
        lambda: set_sharing(cast.acme, True, by=by),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert names("organization") == []


def test_an_admin_manages_their_people(cast):
    by = Actor.person(cast.anna)
    membership = Membership.objects.get(user=cast.amir)
    set_role(membership, "admin", by=by)
    set_role(membership, "admin", by=by)
    add_member(cast.acme, cast.carl, by=by)
    remove_member(Membership.objects.get(user=cast.alice), by=by)
    set_sharing(cast.acme, True, by=by)
    assert names("organization") == [
        "organization.role_set",
        "organization.joined",
        "organization.left",
        "organization.sharing_set",
    ]


def test_an_organisation_keeps_an_admin_unless_the_desk_decides(cast):
    anna = Membership.objects.get(user=cast.anna)
    by = Actor.person(cast.anna)
    for act in (lambda: set_role(anna, "member", by=by), lambda: remove_member(anna, by=by)):
        with pytest.raises(Refused):
            act()
    remove_member(anna, by=Actor.person(cast.lena))
    assert not Membership.objects.filter(user=cast.anna).exists()


def test_a_member_of_another_organisation_and_staff_are_not_taken(cast):
    for person in (cast.bea, cast.gwen):
        with pytest.raises(Refused):
            add_member(cast.acme, person, by=Actor.person(cast.anna))


def test_an_erased_person_leaves_tickets_and_no_name(cast, signed_in):
    ticket = make_ticket(cast.carl)
    client = signed_in(cast.carl)
    erase_person(cast.carl)
    carl = User.objects.get(pk=cast.carl.pk)
    assert carl.get_full_name() == "Former customer"
    assert "carl" not in carl.email
    assert not carl.is_active and not EmailAddress.objects.filter(user=carl).exists()
    assert client.get("/account/").status_code == 302
    ticket.refresh_from_db()
    assert ticket.requester_id == carl.pk


def test_staff_and_the_last_admin_cannot_erase_themselves(cast):
    for person in (cast.gwen, cast.anna):
        with pytest.raises(Refused):
            erase_person(person)
