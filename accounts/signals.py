"""What follows at once from what allauth reports: proofs of addresses, and roles that change."""

from typing import Any

from allauth.account import signals
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from django.db.models.signals import m2m_changed, pre_save
from django.http import HttpRequest

from accounts.actions.end_sessions import end_sessions
from accounts.actions.prove_address import prove_address, record_proof
from accounts.models import User

SIDES = {"is_active", "is_staff", "is_superuser"}


def on_address_confirmed(request: HttpRequest, email_address: EmailAddress, **kwargs: Any) -> None:
    """Record the proof that allauth just marked.

    A sign-in code proves the address without the password that may lie there already; a code that ends a
    sign-up or a change of address is typed in the session that knows the password.
    """
    user = email_address.user
    records = get_authentication_records(request, user)
    by_code_alone = not request.user.is_authenticated and bool(records) and records[-1]["method"] == "code"
    record_proof(user, keeps_password=not by_code_alone)


def on_password_reset(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Take the link that was opened as proof of the address it was mailed to.

    Somebody who is changing to another address could have had the link there; they have proven one before.
    """
    if EmailAddress.objects.filter(user=user).count() <= 1:
        prove_address(user, keeps_password=True)
    end_sessions(user)


def on_roles_changed(action: str, instance: Any, reverse: bool, pk_set: set[int] | None, **kwargs: Any) -> None:
    """End the sessions of whoever got or lost a role: rights must not wait for the next sign-in."""
    if action not in {"post_add", "post_remove", "pre_clear"}:
        return
    if isinstance(instance, User):
        end_sessions(instance)
    else:
        people = instance.user_set.all() if action == "pre_clear" else User.objects.filter(pk__in=pk_set or ())
        for person in people:
            end_sessions(person)


def on_user_saved(instance: User, **kwargs: Any) -> None:
    """End the sessions of whoever is deactivated or changes sides; the row that is saved carries the new epoch."""
    fields = kwargs.get("update_fields")
    if not instance.pk or kwargs.get("raw") or (fields is not None and not SIDES & set(fields)):
        return
    before = (
        User.objects.filter(pk=instance.pk)
        .values_list("is_active", "is_staff", "is_superuser", "session_epoch")
        .first()
    )
    if before and before[:3] != (instance.is_active, instance.is_staff, instance.is_superuser):
        end_sessions(instance)


def connect() -> None:
    """Listen from now on; called once when the app is ready."""
    signals.email_confirmed.connect(on_address_confirmed, dispatch_uid="accounts.address_confirmed")
    signals.password_reset.connect(on_password_reset, dispatch_uid="accounts.password_reset")
    m2m_changed.connect(on_roles_changed, sender=User.groups.through, dispatch_uid="accounts.roles_changed")
    pre_save.connect(on_user_saved, sender=User, dispatch_uid="accounts.user_saved")
