#!/usr/bin/env python3
"""Bounded HTTP load against a server on this machine; standard library only (asyncio). Prints a table, writes JSON.

    python load.py scenarios/NAME.json --base http://127.0.0.1:8101 --out results.json
        [--only a,b] [--concurrency 1,8] [--seconds 5] [--count 2000] [--repeat 3] [--label 100k]
        [--master-pid PID] [--query-counter "psql ... -Atc 'select sum(calls) ...'"]

A scenario file: {"login": {"path", "form": {..}, "csrf_field", "expect"}, "requests": [{"name", "path",
  "method", "form" | "json", "csrf": {"path", "field"}, "headers", "status": [200], "contains": "text",
  "anonymous": true, "ids": [first, last], "count", "seconds"}]}.
`{id}` in path, form or json is replaced by the next of ids, `{n}` by a running number. An error is a wrong
status, a missing `contains` text, a broken connection or no answer in --timeout seconds. Each request is
measured --repeat times per concurrency; the figures are medians over the repeats. Latency includes the
connection where the server does not keep it open. `queries` is the growth of the --query-counter command's
number over 3 single requests, less its own. Only 127.0.0.1/localhost is accepted as target.
"""

import argparse
import asyncio
import http.client
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
import urllib.parse

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Session:
    """A cookie jar and plain blocking requests, for signing in and fetching form tokens."""

    def __init__(self, host, port, timeout):
        self.host, self.port, self.timeout, self.cookies = host, port, timeout, {}

    def request(self, method, path, body=None, headers=None, redirects=5):
        c = http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)
        h = {"Host": f"{self.host}:{self.port}", "Cookie": self.cookie_header(), **(headers or {})}
        c.request(method, path, body, {k: v for k, v in h.items() if v})
        r = c.getresponse()
        text = r.read().decode("utf-8", "replace")
        for k, v in r.getheaders():
            if k.lower() == "set-cookie":
                name, _, value = v.split(";")[0].partition("=")
                self.cookies[name.strip()] = value.strip()
        c.close()
        if r.status in (301, 302, 303) and redirects:
            return self.request(
                "GET",
                urllib.parse.urljoin(path, r.getheader("Location")).replace(f"http://{self.host}:{self.port}", ""),
                redirects=redirects - 1,
            )
        return r.status, text

    def cookie_header(self):
        return "; ".join(f"{k}={v}" for k, v in self.cookies.items())

    def token(self, path, field):
        _, text = self.request("GET", path)
        tag = re.search(r'<(?:input|meta)[^>]*name=["\']%s["\'][^>]*>' % re.escape(field), text)
        value = tag and re.search(r'(?:value|content)=["\']([^"\']*)', tag.group(0))
        if not value:
            sys.exit(f"no field {field} in {path}: {text[:300]}")
        return value.group(1)

    def login(self, spec):
        form = dict(spec["form"])
        if spec.get("csrf_field"):
            form[spec["csrf_field"]] = self.token(spec["path"], spec["csrf_field"])
        status, text = self.request(
            "POST",
            spec["path"],
            urllib.parse.urlencode(form),
            {
                "Content-Type": "application/x-www-form-urlencoded",
                "Referer": f"http://{self.host}:{self.port}{spec['path']}",
            },
        )
        if status >= 400 or (spec.get("expect") and spec["expect"] not in text):
            sys.exit(f"login failed: {status} {text[:500]}")


def builder(spec, session, anonymous, headers):
    """Return a function giving the bytes of the next request of this spec."""
    who = anonymous if spec.get("anonymous") else session
    form, token = dict(spec.get("form") or {}), None
    if spec.get("csrf"):
        token = who.token(spec["csrf"]["path"], spec["csrf"]["field"])
        if form:
            form[spec["csrf"]["field"]] = token
    method = spec.get("method", "POST" if spec.get("form") or spec.get("json") else "GET")
    first, last = spec.get("ids", [1, 1])
    rand, number = random.Random(4), iter(range(int(time.time() * 1000) % 10**9 * 100, 10**12))

    def next_request():
        subs = {"{id}": str(rand.randint(first, last)), "{n}": str(next(number))}

        def fill(v):
            for k, x in subs.items():
                v = v.replace(k, x)
            return v

        body = b""
        head = {
            "Host": f"{who.host}:{who.port}",
            "Connection": "keep-alive",
            "Accept": "*/*",
            "Cookie": who.cookie_header(),
            "Referer": f"http://{who.host}:{who.port}/",
            **headers,
            **spec.get("headers", {}),
        }
        if spec.get("json") is not None:
            body, head["Content-Type"] = fill(json.dumps(spec["json"])).encode(), "application/json"
            if token:
                head["X-CSRFToken"] = token
        elif form:
            body, head["Content-Type"] = (
                urllib.parse.urlencode({k: fill(v) for k, v in form.items()}).encode(),
                "application/x-www-form-urlencoded",
            )
        if method != "GET":
            head["Content-Length"] = str(len(body))
        lines = "".join(f"{k}: {v}\r\n" for k, v in head.items() if v)
        return f"{method} {fill(spec['path'])} HTTP/1.1\r\n{lines}\r\n".encode() + body

    return next_request


async def exchange(conn, host, port, data):
    """Send one request on conn ([reader, writer] or empty); return status and body, keep conn open if allowed."""
    for attempt in (0, 1):
        fresh = not conn
        if fresh:
            conn[:] = await asyncio.open_connection(host, port, limit=1 << 20)
        reader, writer = conn
        try:
            writer.write(data)
            head = await reader.readuntil(b"\r\n\r\n")
            break
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            conn.clear()
            if fresh or attempt:
                raise
    status, low = int(head[9:12]), head.lower()
    m = re.search(rb"content-length: *(\d+)", low)
    if m:
        body = await reader.readexactly(int(m.group(1)))
    elif b"transfer-encoding: chunked" in low:
        parts = []
        while size := int((await reader.readline()).split(b";")[0], 16):
            parts.append(await reader.readexactly(size))
            await reader.readexactly(2)
        await reader.readline()
        body = b"".join(parts)
    elif status in (204, 304):
        body = b""
    else:
        body = await reader.read()
        low += b"connection: close"
    if b"connection: close" in low or low.startswith(b"http/1.0"):
        writer.close()
        conn.clear()
    return status, body


async def run(host, port, next_request, spec, concurrency, seconds, count, timeout):
    latencies, errors, sizes, left = [], {}, [], [count]
    want, contains = spec.get("status", [200]), spec.get("contains", "").encode()
    start = time.perf_counter()

    async def client():
        conn = []
        while left[0] > 0 and time.perf_counter() - start < seconds:
            left[0] -= 1
            data, t = next_request(), time.perf_counter()
            try:
                status, body = await asyncio.wait_for(exchange(conn, host, port, data), timeout)
                problem = (
                    None
                    if status in want and contains in body
                    else f"status {status}"
                    if status not in want
                    else "text missing"
                )
                sizes.append(len(body))
            except Exception as e:
                problem = type(e).__name__
                if conn:
                    conn[1].close()
                    conn.clear()
            if problem:
                errors[problem] = errors.get(problem, 0) + 1
            else:
                latencies.append(time.perf_counter() - t)
        if conn:
            conn[1].close()

    await asyncio.gather(*(client() for _ in range(concurrency)))
    return latencies, errors, sizes, time.perf_counter() - start


def percentile(values, q):
    v = sorted(values)
    return v[min(len(v) - 1, int(q * len(v)))] * 1000 if v else None


def workers_memory(master):
    """Sum and maximum of the resident and proportional memory (MiB) of a server's process tree."""
    tree, todo = [], [int(master)]
    while todo:
        pid = todo.pop()
        tree.append(pid)
        try:
            for t in os.listdir(f"/proc/{pid}/task"):
                todo += map(int, open(f"/proc/{pid}/task/{t}/children").read().split())
        except OSError:
            pass
    rows = []
    for pid in tree:
        try:
            text = open(f"/proc/{pid}/smaps_rollup").read()
            rows.append([int(re.search(rf"^{k}: +(\d+)", text, re.M).group(1)) / 1024 for k in ("Rss", "Pss")])
        except (OSError, AttributeError):
            pass
    workers = rows[1:] or rows
    return (
        {
            "processes": len(rows),
            "worker_rss_max": round(max(r[0] for r in workers), 1),
            "tree_pss": round(sum(r[1] for r in rows), 1),
        }
        if rows
        else None
    )


def busy_elsewhere(seconds=0.5):
    """Share of the machine's processor time in use while we do nothing: other people's load."""

    def read():
        v = list(map(int, open("/proc/stat").readline().split()[1:9]))
        return sum(v), v[3] + v[4]

    a = read()
    time.sleep(seconds)
    b = read()
    return round(1 - (b[1] - a[1]) / max(1, b[0] - a[0]), 2)


def open_scenario(path, base, settings, timeout):
    """Read a scenario file, check that the target is this machine, sign in; return (url, scenario, session, anonymous session)."""
    url = urllib.parse.urlsplit(base)
    if url.hostname not in LOOPBACK:
        sys.exit("the target must be on this machine (127.0.0.1)")
    text = open(path).read()
    for kv in settings:
        k, _, v = kv.partition("=")
        text = text.replace(f"${k}", v)
    scenario = json.loads(text)
    session, anonymous = (Session(url.hostname, url.port or 80, timeout) for _ in "ab")
    if scenario.get("login"):
        session.login(scenario["login"])
    return url, scenario, session, anonymous


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("scenario")
    p.add_argument("--base", default="http://127.0.0.1:8000")
    p.add_argument("--only", default="")
    p.add_argument("--concurrency", default="1,8")
    p.add_argument("--seconds", type=float, default=5)
    p.add_argument("--count", type=int, default=2000)
    p.add_argument("--repeat", type=int, default=3)
    p.add_argument("--timeout", type=float, default=120)
    p.add_argument("--label", default="")
    p.add_argument("--out")
    p.add_argument("--master-pid")
    p.add_argument("--query-counter")
    p.add_argument(
        "--header", action="append", default=[], help="'Name: value' sent with every request (e.g. an API token)"
    )
    p.add_argument(
        "--set", action="append", default=[], help="KEY=VALUE replaces $KEY in the scenario file (login, paths)"
    )
    a = p.parse_args()
    seconds, repeat = min(a.seconds, 60), min(a.repeat, 20)
    url, scenario, session, anonymous = open_scenario(a.scenario, a.base, a.set, a.timeout)
    headers = dict(h.split(": ", 1) for h in a.header)
    results = []

    def counter():
        return int(
            float(
                subprocess.run(a.query_counter, shell=True, capture_output=True, text=True, check=True).stdout.split()[
                    -1
                ]
            )
        )

    for spec in scenario["requests"]:
        if a.only and spec["name"] not in a.only.split(","):
            continue
        build = builder(spec, session, anonymous, headers)
        one = lambda c, s, n: asyncio.run(run(url.hostname, url.port or 80, build, spec, c, s, n, a.timeout))
        t = time.perf_counter()
        _, errors, _, _ = one(2, 2, 20)  # warm-up, also tells how slow it is
        if errors:
            print(f"! {spec['name']}: {errors}", file=sys.stderr)
        slow = time.perf_counter() - t > 8
        queries = None
        if a.query_counter:
            before = counter()
            own = counter() - before
            before = counter()
            one(1, 600, 3)
            queries = round((counter() - before - own) / 3, 1)
        for concurrency in map(int, a.concurrency.split(",")):
            rounds, elsewhere = [], busy_elsewhere()
            for _ in range(1 if slow else repeat):
                lat, errors, sizes, took = one(concurrency, spec.get("seconds", seconds), spec.get("count", a.count))
                rounds.append(
                    {
                        "ok": len(lat),
                        "errors": errors,
                        "rps": len(lat) / took,
                        **{f"p{q}": percentile(lat, q / 100) for q in (50, 95, 99)},
                    }
                )
            good = [r for r in rounds if r["ok"]]
            med = lambda k: round(statistics.median(r[k] for r in good), 2) if good else None
            row = {
                "label": a.label,
                "name": spec["name"],
                "concurrency": concurrency,
                "rps": med("rps"),
                "p50_ms": med("p50"),
                "p95_ms": med("p95"),
                "p99_ms": med("p99"),
                "errors": sum(sum(r["errors"].values()) for r in rounds),
                "error_kinds": {k: v for r in rounds for k, v in r["errors"].items()},
                "requests": sum(r["ok"] for r in rounds),
                "rps_range": [round(min(r["rps"] for r in rounds), 2), round(max(r["rps"] for r in rounds), 2)],
                "bytes": round(statistics.median(sizes)) if sizes else None,
                "queries": queries,
                "busy_elsewhere": elsewhere,
                "load_average": os.getloadavg()[0],
                "memory_mib": workers_memory(a.master_pid) if a.master_pid else None,
            }
            results.append(row)
            f = lambda v: "-" if v is None else f"{v:>9}"
            print(
                f"{a.label:>6} {row['name']:24} c={concurrency} rps={f(row['rps'])} p50={f(row['p50_ms'])} p95={f(row['p95_ms'])} p99={f(row['p99_ms'])} ms err={row['errors']} sql={queries} B={row['bytes']} else={elsewhere}",
                flush=True,
            )
            if a.out:
                json.dump(results, open(a.out, "w"), indent=1)
    return 1 if any(r["errors"] for r in results) else 0


if __name__ == "__main__":
    sys.exit(main())
