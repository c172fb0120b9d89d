"""Addresses of the account pages that join several apps: mail, organisation, one's data."""

from django.urls import path

from portal.views import account

app_name = "account_pages"
urlpatterns = [
    path("mail/", account.mail, name="mail"),
    path("organisation/", account.organization, name="organization"),
    path("organisation/people/<int:pk>/role/", account.member_role, name="member_role"),
    path("organisation/people/<int:pk>/leave/", account.member_leave, name="member_leave"),
    path("data/", account.data, name="data"),
    path("data/export/", account.export, name="export"),
    path("data/erase/", account.erase, name="erase"),
]
