"""A process of the desk that a test may kill, and the parent that starts it as often as it is asked to.

`python -m tests.reliability.desk_process` sets the desk up once and then forks a child for each line of JSON it reads.
A child does what worker and beat do, with the desk's own code: sweep deliveries, send due mail. It ends by itself, or

    after "seconds"          the parent kills it with SIGKILL, so no `finally` runs
    at "claimed"             it kills itself: a delivery is claimed, its reaction has not begun
       "reacted"             the reaction is done, the delivery is not marked
       "mail_claimed"        a mail is claimed, not sent
       "mail_sent"           the server took the mail, the mail is not marked

The parent answers with the exit code and how long the child lived. It holds no connection and no thread.
"""

import json
import os
import signal
import sys
import time


def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)


def work(at, mail_port):
    from django.conf import settings

    from events import deliver
    from notifications import deliver as post

    settings.EMAIL_PORT = mail_port
    if at == "claimed":
        deliver.reactions = die
    elif at == "reacted":
        table = deliver.reactions()

        def killing(reaction):
            def run(event):
                reaction(event)
                die()

            return run

        wrapped = {name: {key: killing(one) for key, one in found.items()} for name, found in table.items()}
        deliver.reactions = lambda: wrapped
    elif at == "mail_claimed":
        post.message_of = die
    elif at == "mail_sent":
        send = post.Post.send

        def send_and_die(self, message):
            send(self, message)
            die()

        post.Post.send = send_and_die
    deliver.sweep()
    post.send_all_due()


def run_child(at="", mail_port=0, seconds=None):
    began = time.monotonic()
    child = os.fork()
    if not child:
        code = 1
        try:
            work(at, mail_port)
            code = 0
        finally:
            os._exit(code)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return {"code": os.waitstatus_to_exitcode(status), "seconds": time.monotonic() - began}


def main():
    import django

    django.setup()
    from django.urls import get_resolver

    from config.reactions import REACTIONS

    assert REACTIONS and get_resolver().url_patterns  # what every child needs is loaded once
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run_child(**json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
