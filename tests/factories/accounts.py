"""People and organisations."""

import factory
from allauth.account.models import EmailAddress

from accounts.models import Membership, Organization, Tier, User
from accounts.roles import give_role

PASSWORD = "correct-horse-9"


class OrganizationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"Company {n}")
    tier = factory.LazyFunction(lambda: Tier.objects.get(key="team"))


class UserFactory(factory.django.DjangoModelFactory):
    """A person with a proven address; `role` makes staff of them, `organization` a member."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    display_name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def proven(self, create, extracted=True, **kwargs):
        if extracted is not False:
            EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)

    @factory.post_generation
    def role(self, create, extracted, **kwargs):
        if extracted:
            give_role(self, extracted)

    @factory.post_generation
    def organization(self, create, extracted, **kwargs):
        if extracted:
            Membership.objects.create(user=self, organization=extracted, role=kwargs.get("role", "member"))
