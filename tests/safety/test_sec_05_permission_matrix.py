"""Who gets what answer from which address: every URL pattern × every kind of person. A URL without a row fails.

The same walk looks at each answer for what SEC-24 and SEC-35 ask of it.

Columns: a stranger, a customer of another company, a colleague whose company keeps tickets apart, the company's admin,
the requester, an agent of other queues, the queue's agent, a lead, an administrator.

`login` is the way to the sign-in page; other redirects are their status. What belongs to somebody else is the same 404 as
what does not exist.
"""

from fnmatch import fnmatchcase

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.safety.answers import Writes, faults_of
from tests.safety.matrix import ROWS
from tests.safety.rig import Rig, build

WHO = ["anonymous", "bea", "amir", "anna", "alice", "hugo", "gwen", "lena", "ada"]


def names(patterns=None, space=""):
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name or pattern.pattern}"


def test_every_address_has_a_row():
    missing = sorted({name for name in names() if not any(fnmatchcase(name, row.name) for row in ROWS)})
    assert not missing, f"say in tests/safety/matrix.py who may use {missing}"


def test_every_row_has_an_address():
    known = set(names())
    dead = [row.name for row in ROWS if not any(fnmatchcase(name, row.name) for name in known)]
    assert not dead, f"{dead} are no addresses any more"


class Undo(Exception):
    """Ends a try, so that nobody finds what somebody before them did."""


@pytest.fixture
def rig(cast) -> Rig:
    return build(cast)


def word_for(response) -> str:
    """Return the matrix's word for an answer."""
    if response.status_code == 302 and response["Location"].startswith(("/accounts/login/", "/admin/login/")):
        return "login"
    return str(response.status_code)


@pytest.mark.parametrize("who", WHO)
def test_sec_05_24_and_35_each_gets_what_the_matrix_says_in_private_and_a_get_writes_nothing(rig, who, signed_in):
    client = Client() if who == "anonymous" else signed_in(getattr(rig.cast, who))
    apart = {}
    for row in ROWS:
        if "*" in row.name:
            continue
        url, wanted = reverse(row.name, kwargs=row.kwargs(rig)), row.answers(len(WHO))[WHO.index(who)]
        cookies, writes = client.cookies.copy(), Writes()
        try:
            with transaction.atomic():
                with connection.execute_wrapper(writes):
                    response = getattr(client, row.method)(url, row.data(rig) or None)
                    b"".join(response.streaming_content) if response.streaming else response.content
                raise Undo
        except Undo:
            client.cookies = cookies  # whoever signed out in the course of it is back
        said = faults_of(response, name=row.name, method=row.method, who=who, writes=writes.found)
        if (got := word_for(response)) != wanted:
            said.append(f"{got}, not {wanted}")
        if said:
            apart[f"{row.method} {row.name}"] = said
    assert apart == {}
