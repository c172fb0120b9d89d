"""Addresses of the outbox and of the deliveries, inside the console."""

from django.contrib import admin
from django.urls import path

from console.views import deliveries, outbox

staff = admin.site.admin_view

urlpatterns = [
    path("outbox/", staff(outbox.outbox), name="outbox"),
    path("outbox/accounts/", staff(outbox.account_mail), name="outbox_accounts"),
    path("outbox/<int:mail_id>/", staff(outbox.outgoing_mail), name="outbox_mail"),
    path("outbox/<int:mail_id>/sending/", staff(outbox.sending), name="outbox_sending"),
    path("deliveries/", staff(deliveries.deliveries), name="deliveries"),
    path("deliveries/replays/", staff(deliveries.replays), name="delivery_replays"),
    path("deliveries/<int:delivery_id>/replay/", staff(deliveries.delivery_replay), name="delivery_replay"),
]
