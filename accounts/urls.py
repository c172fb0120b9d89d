"""Addresses of the account pages that are ours, and of signed links; signing in is at /accounts/."""

from django.urls import path

from accounts.views import account, links

app_name = "accounts"
urlpatterns = [
    path("account/", account.profile, name="profile"),
    path("account/security/", account.security, name="security"),
    path("account/signed-in/", account.signed_in, name="signed_in"),
    path("link/<str:token>/", links.ticket_link, name="ticket_link"),
    path("link/<str:token>/fresh/", links.fresh_link, name="fresh_link"),
]
