"""The demo's people: who works at the desk, who its customers are, and what they pay for."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import MailDomain, Membership, Organization, Tier, User
from accounts.roles import ADMINISTRATOR, AGENT, LEAD, give_role
from support.models import Queue

PASSWORD = "tierdesk-demo"  # noqa: S105 (printed at the start of the demo; the demo never runs in production)

# name, local part, role, queues, time zone
STAFF = (
    ("Ada Okafor", "ada", ADMINISTRATOR, (), "Europe/Berlin"),
    ("Lena Fuchs", "lena", LEAD, ("enterprise", "priority", "community", "general"), "Europe/Berlin"),
    ("Gwen Abara", "gwen", AGENT, ("enterprise", "priority"), "Europe/London"),
    ("Hana Kimura", "hana", AGENT, ("enterprise",), "Asia/Tokyo"),
    ("Mateo Silva", "mateo", AGENT, ("enterprise",), "America/Sao_Paulo"),
    ("Ingrid Dahl", "ingrid", AGENT, ("enterprise", "general"), "Europe/Oslo"),
    ("Hugo Laurent", "hugo", AGENT, ("priority",), "Europe/Paris"),
    ("Priya Raman", "priya", AGENT, ("priority", "community"), "Asia/Kolkata"),
    ("Noah Becker", "noah", AGENT, ("priority",), "Europe/Berlin"),
    ("Zanele Mokoena", "zanele", AGENT, ("community", "general"), "Africa/Johannesburg"),
    ("Oliver Grant", "oliver", AGENT, ("community",), "America/New_York"),
    ("Mei Chen", "mei", AGENT, ("community", "general"), "Asia/Singapore"),
    ("Ruth Adler", "ruth", AGENT, ("general",), "America/Chicago"),
    ("Tomasz Nowak", "tomasz", AGENT, ("priority", "general"), "Europe/Warsaw"),
)

# name, domain, tier, time zone, shares tickets
ORGANIZATIONS = (
    ("Nordbank", "nordbank.example", "enterprise", "Europe/Stockholm", True),
    ("Heliotrope Energy", "heliotrope.example", "enterprise", "Europe/Madrid", True),
    ("Kestrel Robotics", "kestrel.example", "enterprise", "America/Los_Angeles", False),
    ("Meridian Health", "meridian-health.example", "enterprise", "America/New_York", False),
    ("Sakura Mobility", "sakura-mobility.example", "enterprise", "Asia/Tokyo", True),
    ("Atlas Insurance", "atlas-insurance.example", "enterprise", "Europe/London", True),
    ("Cobalt Labs", "cobaltlabs.example", "team", "Asia/Kolkata", True),
    ("Eck & Söhne", "eck-soehne.example", "team", "Europe/Berlin", True),
    ("Physalis Analytics", "physalis.example", "team", "Europe/Vienna", False),
    ("Quarry Games", "quarrygames.example", "team", "America/Chicago", True),
    ("Brightwater Media", "brightwater.example", "team", "Australia/Sydney", False),
    ("Tamarind Foods", "tamarind.example", "team", "Asia/Singapore", True),
    ("Lumen Optics", "lumen-optics.example", "team", "Europe/Paris", True),
    ("Pinecone Logistics", "pinecone-logistics.example", "team", "America/Toronto", False),
    ("Varda Mining", "varda.example", "team", "Africa/Johannesburg", True),
    ("Orrery Travel", "orrery.example", "team", "Europe/Lisbon", False),
    ("Alder Studio", "alderstudio.example", "developer", "Europe/Oslo", False),
    ("Bitwise Bakery", "bitwisebakery.example", "developer", "America/New_York", False),
    ("Cloudberry Apps", "cloudberry.example", "developer", "Europe/Helsinki", False),
    ("Dovetail Systems", "dovetail.example", "developer", "Europe/London", True),
    ("Emberly", "emberly.example", "developer", "America/Denver", False),
    ("Foxglove AI", "foxglove.example", "developer", "Europe/Amsterdam", False),
    ("Gannet Research", "gannet.example", "developer", "Atlantic/Reykjavik", True),
    ("Hollow Tree", "hollowtree.example", "developer", "America/Vancouver", False),
    ("Inkwell Press", "inkwell.example", "developer", "Europe/Dublin", False),
    ("Juniper & Rye", "juniper-rye.example", "developer", "Europe/Copenhagen", False),
    ("Kumo Cloud", "kumo.example", "developer", "Asia/Tokyo", False),
    ("Larkspur Labs", "larkspur.example", "developer", "Asia/Kathmandu", False),
    ("Mistral Yachts", "mistral-yachts.example", "developer", "Europe/Rome", False),
    ("Nimbus Weather", "nimbus-weather.example", "developer", "Pacific/Auckland", True),
)

GIVEN = (
    "Mara Tomás Jonas Aisha Elif Björn Chiara Dmitri Esther Farah Goran Helga Ivan Jana Kofi Leila Marco Nadia "
    "Oscar Paula Quentin Rosa Samir Tara Umar Vera Wim Ximena Yuki Zoë Anders Bruna Cedric Dora Emil Freya"
).split()
FAMILY = (
    "Lindqvist Vega Eck Rahman Yılmaz Hansen Ricci Petrov Klein Nasser Horvat Weber Sokolov Dvořák Mensah Haddad "
    "Bianchi Costa Holm Ruiz Dubois Almeida Khoury Sharma Siddiqui Larsen Jansen Torres Tanaka Meyer Berg Rocha "
    "Moreau Szabó Virtanen Lindgren"
).split()

LOGINS = (
    ("customer", "mara@nordbank.example"),
    ("agent", "gwen@bitnet.example"),
    ("administrator", "ada@bitnet.example"),
)


@dataclass(frozen=True)
class Company:
    """Everybody of the demo. `strangers` belong to no organisation."""

    staff: list[User]
    customers: list[User]
    strangers: list[User]
    organizations: list[Organization]


def build(chance: random.Random) -> Company:
    """Create staff, organisations and customers; the same chance makes the same people."""
    password = make_password(PASSWORD)
    tiers = {tier.key: tier for tier in Tier.objects.all()}
    queues = {queue.slug: queue for queue in Queue.objects.all()}
    staff = []
    for name, local, role, places, zone in STAFF:
        user = person(f"{local}@bitnet.example", name, zone, password)
        give_role(user, role)
        user.queues.set(queues[place] for place in places)
        staff.append(user)
    named = [user for user in staff if user.email.split("@")[0] in {"gwen", "hana", "mateo", "ingrid"}]
    organizations: list[Organization] = []
    customers: list[User] = []
    names = [f"{given} {family}" for given in GIVEN for family in FAMILY]
    chance.shuffle(names)
    today: date = timezone.now().date()
    for number, (name, domain, tier, zone, shares) in enumerate(ORGANIZATIONS):
        organization = Organization.objects.create(
            name=name,
            tier=tiers[tier],
            renewal_date=today + timedelta(days=chance.randint(5, 360)),
            named_agent=named[number % len(named)] if tier == "enterprise" else None,
            shares_tickets=shares,
        )
        MailDomain.objects.create(organization=organization, domain=domain)
        organizations.append(organization)
        for place in range({"enterprise": 4, "team": 3, "developer": 1}[tier]):
            who = "Mara Lindqvist" if not customers else names.pop()
            local = "mara" if not customers else address(who)
            user = person(f"{local}@{domain}", who, zone, password)
            Membership.objects.create(
                user=user,
                organization=organization,
                role=Membership.Role.ADMIN if not place else Membership.Role.MEMBER,
            )
            customers.append(user)
    strangers = [person(f"{address(who)}@mail.example", who, "UTC", password) for who in names[:6]]
    return Company(staff, customers, strangers, organizations)


def person(email: str, name: str, zone: str, password: str) -> User:
    """Create somebody whose address is proven."""
    user = User(email=email, display_name=name, time_zone=zone, password=password)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def address(name: str) -> str:
    """Return the local part of an address for a name, in plain letters: given.family."""
    plain = name.lower().translate(str.maketrans("áéíóúöüëñçıøåäßéèř", "aeiououencioaaseer"))
    return ".".join("".join(letter for letter in word if letter.isascii()) for word in plain.split())
