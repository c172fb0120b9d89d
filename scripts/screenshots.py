"""Photograph the demo for the README: `make screenshots` writes docs/images/*.png.

Starts a desk of its own on a free port with fresh demo data, signs in as the demo's people, and closes it again.
Needs Chromium (apt-get install chromium).
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
PASSWORD = "tierdesk-demo"
CUSTOMER, AGENT = "mara@nordbank.example", "gwen@bitnet.example"
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@contextmanager
def desk() -> Iterator[str]:
    """Yield the address of a desk with the demo in it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    folder = tempfile.mkdtemp(prefix="tierdesk-screenshots-")
    environment = {
        **os.environ,
        "VAR_DIR": folder,
        "PORT": port,
        "HOST": "127.0.0.1",
        "DEBUG": "off",
        "LOG_LEVEL": "ERROR",
    }
    environment.pop("DATABASE_URL", None)
    for words in (["migrate", "-v", "0"], ["load_demo"]):
        subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=environment, check=True)
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "-b",
            f"127.0.0.1:{port}",
            "--threads",
            "4",
            "--log-level",
            "error",
            "config.wsgi",
        ],
        cwd=ROOT,
        env=environment,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{address}/livez", timeout=2)
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def person(browser: Browser, address: str, email: str | None, *, dark: bool = False, phone: bool = False) -> Page:
    """Return a page in which somebody is signed in (or nobody)."""
    context = browser.new_context(
        viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]
        color_scheme="dark" if dark else "light",
        device_scale_factor=1,
        reduced_motion="reduce",
    )
    page = context.new_page()
    if email:
        page.goto(f"{address}/accounts/login/")
        page.fill("input[name=login]", email)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/accounts/login" not in url)
    return page


def shoot(page: Page, name: str) -> None:
    """Write a picture of what the window shows."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=str(IMAGES / f"{name}.png"))


def main() -> int:
    """Take every picture."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        print("Chromium is missing: apt-get install chromium", file=sys.stderr)
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with desk() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        customer = person(browser, address, CUSTOMER)
        customer.goto(f"{address}/")
        shoot(customer, "home")
        customer.goto(f"{address}/tickets/new/")
        customer.fill("[name=subject]", "Quantised model returns NaN on batch sizes above 64")
        customer.fill(
            "[name=body]", "We moved to `v2.3` this morning.\n\nSince then, **every** batch above 64 comes back as NaN."
        )
        shoot(customer, "new-ticket")
        customer.goto(f"{address}/tickets/?who=organization")
        customer.click("main a[href^='/tickets/']:not([href*='new']):not([href*='?'])")
        shoot(customer, "customer-ticket")
        customer.goto(f"{address}/search/?q=api+key")
        shoot(customer, "search")
        agent = person(browser, address, AGENT)
        agent.goto(f"{address}/admin/")
        shoot(agent, "dashboard")
        agent.goto(f"{address}/admin/queue/")
        shoot(agent, "queue")
        agent.click("main a[href^='/admin/tickets/']:not([href*='new'])")
        shoot(agent, "workspace")
        night = person(browser, address, AGENT, dark=True)
        night.goto(f"{address}/admin/queue/")
        shoot(night, "queue-dark")
        night.goto(agent.url)
        shoot(night, "workspace-dark")
        pocket = person(browser, address, CUSTOMER, phone=True)
        pocket.goto(f"{address}/")
        shoot(pocket, "home-phone")
        browser.close()
    print(f"Pictures are in {IMAGES.relative_to(ROOT)}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
