"""The people of the tests, always the same. Each private thing carries a canary word that only the right eyes may see.

Acme (Enterprise, keeps tickets private): Alice asks, Amir is a plain member, Anna is its admin.
Globex (Team, shares tickets): Bea asks, Ben is a member. Carl belongs nowhere.
Gwen and Hugo are agents in different queues (Enterprise, Priority); Lena leads, Ada administers.
"""

from dataclasses import dataclass

import pytest
from django.test import Client

from accounts.models import MailDomain, Organization, Tier, User
from support.models import Queue
from tests.factories.accounts import OrganizationFactory, UserFactory


@dataclass
class Cast:
    acme: Organization
    globex: Organization
    alice: User
    amir: User
    anna: User
    bea: User
    ben: User
    carl: User
    gwen: User
    hugo: User
    lena: User
    ada: User


@pytest.fixture
def cast(db) -> Cast:
    """Return everybody."""
    tiers = {tier.key: tier for tier in Tier.objects.all()}
    acme = OrganizationFactory(name="Acme", tier=tiers["enterprise"])
    MailDomain.objects.create(organization=acme, domain="acme.example")
    globex = OrganizationFactory(name="Globex", tier=tiers["team"], shares_tickets=True)
    gwen = UserFactory(email="gwen@desk.example", display_name="Gwen Abara", role="agent")
    hugo = UserFactory(email="hugo@desk.example", display_name="Hugo Kimura", role="agent")
    gwen.queues.add(Queue.objects.get(slug="enterprise"))
    hugo.queues.add(Queue.objects.get(slug="priority"), Queue.objects.get(slug="general"))
    return Cast(
        acme=acme,
        globex=globex,
        alice=UserFactory(email="alice@acme.example", display_name="Alice Moreau", organization=acme),
        amir=UserFactory(email="amir@acme.example", display_name="Amir Haddad", organization=acme),
        anna=UserFactory(
            email="anna@acme.example", display_name="Anna Berg", organization=acme, organization__role="admin"
        ),
        bea=UserFactory(email="bea@globex.example", display_name="Bea Ortiz", organization=globex),
        ben=UserFactory(email="ben@globex.example", display_name="Ben Novak", organization=globex),
        carl=UserFactory(email="carl@elsewhere.example", display_name="Carl Lund"),
        gwen=gwen,
        hugo=hugo,
        lena=UserFactory(email="lena@desk.example", display_name="Lena Fuchs", role="lead"),
        ada=UserFactory(email="ada@desk.example", display_name="Ada Okafor", role="administrator"),
    )


@pytest.fixture
def alice(cast):
    return cast.alice


@pytest.fixture
def gwen(cast):
    return cast.gwen


@pytest.fixture
def signed_in():
    """Return a function that gives a browser in which somebody is signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
