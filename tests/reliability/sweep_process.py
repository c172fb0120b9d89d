"""Beats and workers that a test may kill, on a clock of its own; and what takes their safety away.

`python -m tests.reliability.sweep_process` sets the desk up once and forks a child for each line of JSON it reads; it
answers with the child's process id. Nobody waits for a child: it is killed, or ends with the test.

    {"do": "beat"}      every 0.2 s, ask for a sweep, as Celery's beat does every 15 s: by a line in a list of Redis
    {"do": "worker"}    take what the beats ask for and sweep, with the instant that stands in it
    "tells"             workers also do what follows from what they noticed: they tell people
    "seconds"           of the desk's clock pass in each real second, from "epoch" to "until" (seconds since 1970)
    "sabotaged"         without the lock and the second look before a batch is written (the test drops the unique key)

Between reading what is due and locking it, every worker rests for a moment, as on a machine that is busy: whatever can
go wrong between the two then does.
"""

import json
import os
import random
import signal
import sys
import time

TICKS = "ticks"
TICK_SECONDS = 0.2
REST_SECONDS = 0.02


def beat(store, began, epoch, until, seconds):
    from datetime import UTC, datetime

    while True:
        now = datetime.fromtimestamp(min(epoch + (time.time() - began) * seconds, until), UTC)
        store.rpush(TICKS, now.isoformat())
        time.sleep(TICK_SECONDS)


def worker(store, *, sabotaged, tells):
    from datetime import datetime, timedelta

    from events import deliver, dispatch, record
    from sla import sweep
    from sla.models import Timer

    if sabotaged:
        sweep.locked = lambda ids, now: list(Timer.objects.select_related("calendar_version").filter(pk__in=ids))
    # There is no bell here: what a sweep commits is told by whoever looks next.
    record.DOORBELL_HEAD_START = timedelta(0)
    dispatch.ask = lambda *work: False
    locked = sweep.locked

    def locked_after_a_rest(ids, now):
        time.sleep(REST_SECONDS * random.random())
        found = locked(ids, now)
        if sabotaged:
            time.sleep(REST_SECONDS)
        return found

    sweep.locked = locked_after_a_rest
    while True:
        _, now = store.blpop(TICKS)
        sweep.sweep(now=datetime.fromisoformat(now.decode()))
        if tells:
            deliver.sweep()


def fork(how):
    child = os.fork()
    if child:
        return child
    import redis

    random.seed(os.getpid())
    store = redis.Redis(port=how["redis"])
    try:
        if how["do"] == "beat":
            beat(store, how["began"], how["epoch"], how["until"], how["seconds"])
        else:
            worker(store, sabotaged=how.get("sabotaged", False), tells=how.get("tells", False))
    finally:
        os._exit(1)


def main():
    import django

    django.setup()
    from django.urls import get_resolver

    from config.reactions import REACTIONS

    assert REACTIONS and get_resolver().url_patterns  # what every child needs is loaded once
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(fork(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
