"""The rows of the permission matrix; see test_sec_05_permission_matrix.py for the columns."""

import uuid
from typing import Any

from tests.safety.knowledge_rows import KNOWLEDGE
from tests.safety.rig import Rig
from tests.safety.row import Row


def number(rig: Rig) -> dict[str, Any]:
    return {"number": rig.ticket.pk}


SIGNED_IN = "login 200 200 200 200 200 200 200 200"
READERS = "404 404 404 200 200 404 200 200 200"
DOERS = "404 404 404 302 302 404 302 302 302"
OWN = "404 404 404 404 200 404 404 404 404"

PORTAL = [
    Row("livez", "200"),
    Row("readyz", "200"),
    Row("portal:home", "200"),
    Row("knowledge:home", "200"),
    Row("knowledge:feed", "200"),
    Row("knowledge:section_feed", "404", kwargs=lambda rig: {"path": "none"}),
    Row("knowledge:page_markdown", "404", kwargs=lambda rig: {"path": "none"}),
    Row("knowledge:page", "404", kwargs=lambda rig: {"path": "none"}),
    Row("knowledge:faq", "200"),
    Row("knowledge:faq_group", "404", kwargs=lambda rig: {"path": "none"}),
    Row("knowledge:question", "404", kwargs=lambda rig: {"path": "none"}),
    Row("knowledge:question_markdown", "404", kwargs=lambda rig: {"path": "none"}),
    Row("knowledge:videos", "200"),
    Row("knowledge:videos_of", "404", kwargs=lambda rig: {"path": "none"}),
    Row("knowledge:video", "404", kwargs=lambda rig: {"path": "none"}),
    Row("knowledge:video_markdown", "404", kwargs=lambda rig: {"path": "none"}),
    Row("knowledge:captions", "404", kwargs=lambda rig: {"path": "none"}),
    Row("knowledge:file_by_key", "404", kwargs=lambda rig: {"key": uuid.uuid4()}),
    Row("knowledge:file", "404", kwargs=lambda rig: {"key": uuid.uuid4(), "name": "x.png"}),
    Row("knowledge:feedback", "404", kwargs=lambda rig: {"pk": 1}),
    Row("knowledge:sitemap", "200"),
    Row("knowledge:sitemap_part", "404", kwargs=lambda rig: {"number": 9}),
    Row("knowledge:llms_txt", "200"),
    Row("portal:search", "200"),
    Row("portal:suggest", "200"),
    Row("portal:search_click", "204", "post", data=lambda rig: {"log": "1", "key": "article:1"}),
    Row("portal:answers", "200", "post", data=lambda rig: {"subject": "x"}),
    Row("portal:answer_opened", "404", "post", data=lambda rig: {"answer": "article:0"}),
    Row("portal:answered", "200", "post", data=lambda rig: {"answer": "article:0", "subject": "x"}),
    Row("portal:theme_css", "200"),
    Row("portal:logo", "404", kwargs=lambda rig: {"version": "1"}),
    Row("portal:style_guide", "404"),
    Row("portal:robots_txt", "200"),
    Row("portal:security_txt", "200"),
    Row("portal:favicon", "302"),
    Row("support:ticket_list", SIGNED_IN),
    Row("support:ticket_new", "200"),
    Row("support:promise", "200"),
    Row("support:ticket_sent", "302"),
    Row("support:preview", "200", "post", data=lambda rig: {"body": "*x*"}),
    Row("support:ticket_draft", "403 200 200 200 200 200 200 200 200", "post", data=lambda rig: {"subject": "x"}),
    Row("support:ticket_draft_removal", "302", "post"),
    Row("support:ticket", "login 404 404 200 200 404 200 200 200", kwargs=number),
    Row("support:ticket_news", "404 404 404 200 204 404 200 200 200", kwargs=number),
    Row(
        "support:replies", "403 404 404 302 302 404 302 302 302", "post", kwargs=number, data=lambda rig: {"body": "x"}
    ),
    Row("support:solution", DOERS, "post", kwargs=number),
    Row("support:reopening", DOERS, "post", kwargs=number),
    Row("support:colleagues", DOERS, "post", kwargs=number, data=lambda rig: {"email": rig.cast.amir.email}),
    Row("support:colleague_removal", DOERS, "post", kwargs=lambda rig: {**number(rig), "person": rig.cast.amir.pk}),
    Row("support:reply_draft", READERS, "post", kwargs=number, data=lambda rig: {"body": "x"}),
    Row("support:reply_draft_removal", "404 404 404 302 302 404 302 302 302", "post", kwargs=number),
    Row("support:unsubscribe", "404", kwargs=lambda rig: {"token": "forged"}),
    Row("support:upload", "400", "post"),
    Row("support:upload_removal", "404", "post", kwargs=lambda rig: {"key": rig.file.pk}),
    Row("support:file", READERS, kwargs=lambda rig: {"key": rig.file.pk, "name": rig.file.name}),
    Row("support:file_by_key", READERS, kwargs=lambda rig: {"key": rig.file.pk}),
    Row("support:file_by_key", "404 404 404 404 404 404 200 200 200", kwargs=lambda rig: {"key": rig.note_file.pk}),
    Row("support:file_thumbnail", "404", kwargs=lambda rig: {"key": rig.file.pk}),
]
ACCOUNT = [
    Row("accounts:profile", SIGNED_IN),
    Row("accounts:security", SIGNED_IN),
    Row("accounts:signed_in", "login 302 302 302 302 302 302 302 302"),
    Row("accounts:ticket_link", "200 302 302 302 200 302 302 302 302", kwargs=lambda rig: {"token": rig.link}),
    Row("accounts:fresh_link", "login", "post", kwargs=lambda rig: {"token": rig.link}),
    Row("account_pages:mail", SIGNED_IN),
    Row("account_pages:organization", "login 200 200 200 200 200 200 200 200"),
    Row("account_pages:member_role", "login 404 404 302 404 404 404 404 404", "post",
        kwargs=lambda rig: {"pk": rig.cast.amir.membership.pk}, data=lambda rig: {"role": "admin"}),
    Row("account_pages:member_leave", "login 404 404 302 404 404 404 404 404", "post",
        kwargs=lambda rig: {"pk": rig.cast.amir.membership.pk}),
    Row("account_pages:data", SIGNED_IN),
    Row("account_pages:export", SIGNED_IN),
    Row("account_pages:erase", "login 400 400 400 400 400 400 400 400", "post"),
]  # fmt: skip
# Signing in: for everybody; what changes an account asks who it is once more (a redirect to /accounts/reauthenticate/).
AWAY = "200 302 302 302 302 302 302 302 302"
AGAIN = "login 302 302 302 302 302 302 302 302"
SIGN_IN = [
    Row("account_login", AWAY),
    Row("account_signup", AWAY),
    Row("account_logout", "302 200 200 200 200 200 200 200 200"),
    Row("account_inactive", "200"),
    Row("account_reauthenticate", SIGNED_IN),
    Row("account_email", SIGNED_IN),
    Row("account_email_verification_sent", AGAIN),
    Row("account_change_password", SIGNED_IN),
    Row("account_set_password", AGAIN),
    Row("account_reset_password", "200"),
    Row("account_reset_password_done", "200"),
    Row("account_reset_password_from_key", "200", kwargs=lambda rig: {"uidb36": "1", "key": "forged"}),
    Row("account_reset_password_from_key_done", "200"),
    Row("account_request_login_code", AWAY),
    Row("account_confirm_login_code", AGAIN),
    Row("mfa_index", SIGNED_IN),
    Row("mfa_authenticate", AGAIN),
    Row("mfa_reauthenticate", AGAIN),
    Row("mfa_activate_totp", AGAIN),
    Row("mfa_deactivate_totp", "login 404 404 404 404 404 404 404 404"),
    Row("mfa_view_recovery_codes", "login 404 404 404 404 404 404 404 404"),
    Row("mfa_generate_recovery_codes", AGAIN),
    Row("mfa_download_recovery_codes", "login 404 404 404 404 404 404 404 404"),
    Row("mfa_list_webauthn", SIGNED_IN),
    Row("mfa_add_webauthn", AGAIN),
    Row("mfa_reauthenticate_webauthn", AGAIN),
    Row("mfa_remove_webauthn", AGAIN, kwargs=lambda rig: {"pk": 1}),
    Row("mfa_edit_webauthn", AGAIN, kwargs=lambda rig: {"pk": 1}),
    Row("mfa_login_webauthn", AGAIN),
    Row("usersessions_list", SIGNED_IN),
]
# The console: strangers are sent to the sign-in page, for customers it does not exist.
STAFF = "login 404 404 404 404 200 200 200 200"
STAFF_ACT = "login 404 404 404 404 302 302 302 302"
AGENT = "login 404 404 404 404 404 200 200 200"
AGENT_ACT = "login 404 404 404 404 404 302 302 302"
LEADS = "login 404 404 404 404 403 403 200 200"
ADMINISTRATORS = "login 404 404 404 404 403 403 403 200"
ADMINISTRATORS_ACT = "login 404 404 404 404 403 403 403 302"
NOBODY = "login 404 404 404 404 403 403 403 403"

CONSOLE = [
    Row("admin:index", STAFF),
    Row("console:queue", STAFF),
    Row("console:bulk", STAFF_ACT, "post", data=lambda rig: {"ticket": rig.ticket.pk, "act": "status", "status": "open"}),
    Row("console:people", STAFF),
    Row("console:palette", STAFF),
    Row("console:settings", STAFF),
    Row("console:ticket_new", STAFF),
    Row("console:notices", STAFF),
    Row("console:notices_count", STAFF),
    Row("console:notices_readings", STAFF_ACT, "post", data=lambda rig: {"newest": "1"}),
    Row("console:notice_reading", STAFF_ACT, "post", kwargs=lambda rig: {"alert": 1}),
    Row("console:ticket", AGENT, kwargs=number),
    Row("console:timeline", AGENT, kwargs=number),
    Row("console:promises", AGENT, kwargs=number),
    Row("console:promises_json", AGENT, kwargs=number),
    Row("console:earlier", AGENT, kwargs=number),
    Row("console:next", AGENT_ACT, kwargs=number),
    Row("console:previous", AGENT_ACT, kwargs=number),
    Row("console:presence", "login 404 404 404 404 204 200 200 200", "post", kwargs=number),
    Row("console:messages", AGENT_ACT, "post", kwargs=number, data=lambda rig: {"body": "x", "kind": "note"}),
    Row("console:draft", AGENT, "post", kwargs=number, data=lambda rig: {"body": "x", "kind": "reply"}),
    Row("console:draft_removal", AGENT_ACT, "post", kwargs=number),
    Row("console:assignee", AGENT_ACT, "post", kwargs=number, data=lambda rig: {"assignee": rig.cast.gwen.pk}),
    Row("console:status", AGENT_ACT, "post", kwargs=number, data=lambda rig: {"status": "pending"}),
    Row("console:priority", AGENT_ACT, "post", kwargs=number, data=lambda rig: {"priority": 30}),
    Row("console:tags", AGENT_ACT, "post", kwargs=number, data=lambda rig: {"tags": "vip"}),
    Row("console:ticket_queue", AGENT_ACT, "post", kwargs=number, data=lambda rig: {"queue": rig.ticket.queue_id}),
    Row("console:spam", AGENT_ACT, "post", kwargs=number, data=lambda rig: {"spam": "off"}),
    Row("console:following", AGENT_ACT, "post", kwargs=number),
    Row("console:outbox", STAFF),
    Row("console:outbox_accounts", "login 404 404 404 404 403 403 403 404"),
    Row("console:outbox_mail", AGENT, kwargs=lambda rig: {"mail_id": rig.mail.pk}),
    Row("console:outbox_sending", "login 404 404 404 404 403 403 302 302", "post", kwargs=lambda rig: {"mail_id": rig.mail.pk}),
    Row("console:recalculations", ADMINISTRATORS),
    Row("console:recalculation", ADMINISTRATORS, kwargs=lambda rig: {"job_id": rig.recalculation.pk}),
    Row("console:recalculation_cancellation", ADMINISTRATORS_ACT, "post",
        kwargs=lambda rig: {"job_id": rig.recalculation.pk}),
    Row("console:recalculation_repetition", ADMINISTRATORS_ACT, "post",
        kwargs=lambda rig: {"job_id": rig.recalculation.pk}),
    Row("console:target_application", ADMINISTRATORS, kwargs=lambda rig: {"target_id": rig.row_of("sla.target").pk}),
    Row("console:target_application", ADMINISTRATORS_ACT, "post",
        kwargs=lambda rig: {"target_id": rig.row_of("sla.target").pk}),
    Row("console:gone_application", ADMINISTRATORS, kwargs=lambda rig: {"metric": "first_response"}),
    Row("console:deliveries", LEADS),
    Row("console:delivery_replays", "login 404 404 404 404 403 403 302 302", "post"),
    Row("console:delivery_replay", "login 404 404 404 404 403 403 302 302", "post",
        kwargs=lambda rig: {"delivery_id": rig.delivery.pk}),
    Row("console:reports", STAFF),
    Row("console:report_timers", STAFF),
    Row("console:report_timers_file", STAFF),
    Row("console:report_table", STAFF, kwargs=lambda rig: {"name": "weeks"}),
    Row("console:report_table", "login 404 404 404 404 404 404 200 200", kwargs=lambda rig: {"name": "agents"}),
    Row("console:search", STAFF),
    Row("console:search_gaps", LEADS),
    Row("console:search_gap_answer", "login 404 404 404 404 403 403 404 404"),
    Row("console:search_gap_marks", "login 404 404 404 404 403 403 404 404", "post", data=lambda rig: {"how": "dismissed"}),
    Row("console:search_synonyms", LEADS),
    Row("console:search_synonym", "login 404 404 404 404 403 403 404 404", "post", kwargs=lambda rig: {"pk": 0}),
    Row("console:search_synonym_removal", "login 404 404 404 404 403 403 404 404", "post", kwargs=lambda rig: {"pk": 0}),
    Row("console:search_pins", LEADS),
    Row("console:search_pin_new", LEADS),
    Row("console:search_pin_order", "login 404 404 404 404 403 403 404 404", "post", kwargs=lambda rig: {"pk": 0}),
    Row("console:search_pin_removal", "login 404 404 404 404 403 403 404 404", "post", kwargs=lambda rig: {"pk": 0}),
    Row("console:search_deflection", LEADS),
    Row("console:search_deflection_forms", LEADS),
    Row("console:simulator", LEADS),
    Row("console:dry_run", LEADS),
    Row("console:dry_run", LEADS, "post"),
]  # fmt: skip
CALENDARS = [
    Row("admin:sla_target_preview", ADMINISTRATORS, "post", data=lambda rig: {"hours": 1}),
    Row("admin:sla_calendar_preview", ADMINISTRATORS, "post", data=lambda rig: {"zone": "UTC", "mon": "9-17"}),
    Row("admin:sla_calendar_file", ADMINISTRATORS, kwargs=lambda rig: {"object_id": rig.row_of("sla.calendar").pk}),
    Row("admin:sla_calendar_holidays", ADMINISTRATORS, kwargs=lambda rig: {"object_id": rig.row_of("sla.calendar").pk}),
]  # fmt: skip
DJANGO = [
    Row("admin:login", "login 404 404 404 404 login login login login"),
    Row("admin:logout", "302 404 404 404 404 302 302 302 302"),
    Row("admin:password_change", "login 404 404 404 404 302 302 302 302"),
    Row("admin:password_change_done", "login 404 404 404 404 200 200 200 200"),
    Row("admin:jsi18n", STAFF),
    Row("admin:autocomplete", "login 404 404 404 404 403 403 403 403"),
    Row("admin:app_list", STAFF, kwargs=lambda rig: {"app_label": "accounts"}),
    Row("admin:view_on_site", "login 404 404 404 404 404 404 404 404",
        kwargs=lambda rig: {"content_type_id": 0, "object_id": 1}),
    Row("admin:<path:*", "404"),  # the old form of a change page: a redirect to it
    Row("admin:(?P<url>*", "404"),  # whatever is left below /admin/
]  # fmt: skip

# What agent, lead and administrator may do with the rows of the desk: list and read (v), add (a), change (c), delete (d).
MODELS = {
    "accounts.tier": ("v", "v", "vacd"),
    "accounts.organization": ("v", "vac", "vac"),
    "accounts.membership": ("v", "v", "v"),
    "accounts.user": ("v", "v", "vac"),
    "support.queue": ("v", "vc", "vac"),
    "support.tag": ("v", "vacd", "vacd"),
    "sla.calendar": ("", "v", "vacd"),
    "sla.target": ("", "v", "vacd"),
    "portal.branding": ("", "", "vc"),
    "knowledge.redirect": ("", "v", "vd"),
}
PAGES = {"changelist": "v", "add": "a", "change": "v", "history": "v", "delete": "d"}


def model_rows() -> list[Row]:
    """Return a row for each page of each model of the console."""
    rows = []
    for label, (agent, lead, administrator) in MODELS.items():
        for page, needs in PAGES.items():
            may = ["200" if needs in rights else "403" for rights in (agent, agent, lead, administrator)]
            name = f"admin:{label.replace('.', '_')}_{page}"
            if name == "admin:portal_branding_changelist":
                may = ["302"] * 4  # there is one row: on to its page, which answers by rights
            if page in {"changelist", "add"}:
                rows.append(Row(name, " ".join(["login 404 404 404 404", *may])))
            else:
                rows.append(Row(name, " ".join(["login 404 404 404 404", *may]),
                                kwargs=lambda rig, label=label: {"object_id": rig.row_of(label).pk}))  # fmt: skip
    return rows


ROWS = KNOWLEDGE + PORTAL + ACCOUNT + SIGN_IN + CONSOLE + CALENDARS + DJANGO + model_rows()
