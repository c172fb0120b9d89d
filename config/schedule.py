"""What happens by the clock. Every `migrate` writes it to the database, where beat reads it (events.schedule)."""

from typing import TypedDict


class Job(TypedDict):
    """A task and how often it runs, in seconds."""

    task: str
    every_seconds: int


SCHEDULE: dict[str, Job] = {
    "Do what a lost doorbell left": {"task": "events.tasks.sweep_deliveries", "every_seconds": 30},
    "Notice promises that fell due": {"task": "sla.tasks.sweep", "every_seconds": 15},
    "Let running promises follow an edit": {"task": "support.tasks.recalculate_timers", "every_seconds": 30},
    "Gather what is told late into one mail": {"task": "support.tasks.write_digests", "every_seconds": 30},
    "Send mail that is due": {"task": "notifications.tasks.send_due_mail", "every_seconds": 30},
    "Close tickets that stayed solved": {"task": "support.tasks.close_solved_tickets", "every_seconds": 3600},
    "Delete uploads that no message used": {
        "task": "support.tasks.delete_orphaned_uploads",
        "every_seconds": 3600,
    },
    "Scan files that wait for it": {"task": "support.tasks.scan_pending_files", "every_seconds": 30},
    "Publish articles whose hour came": {"task": "knowledge.tasks.publish_due_articles", "every_seconds": 15},
    "Remind owners of articles to look at": {"task": "knowledge.tasks.remind_of_reviews", "every_seconds": 30},
    "Render articles of an older renderer": {"task": "knowledge.tasks.render_outdated_articles", "every_seconds": 30},
    "Scan files of articles that wait for it": {"task": "knowledge.tasks.scan_pending_files", "every_seconds": 30},
    "Import articles that were sent as an archive": {
        "task": "knowledge.tasks.run_article_imports",
        "every_seconds": 30,
    },
    "Delete files that no article used": {"task": "knowledge.tasks.delete_unused_files", "every_seconds": 3600},
    "Write what waits for the search index": {"task": "search.tasks.write_index", "every_seconds": 30},
    "Look whether the search index is whole": {"task": "search.tasks.heal_index", "every_seconds": 300},
    "Delete sessions that ended": {"task": "accounts.tasks.delete_ended_sessions", "every_seconds": 86400},
    "Forget searches of more than a year ago": {"task": "knowledge.tasks.forget_old_searches", "every_seconds": 86400},
}
