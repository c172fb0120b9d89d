"""Every component in every state is accessible and fits, in both themes, from a wide window to a zoomed one."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.browser import STEADY, problems

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = ["style/", "style/console/", "error/400/", "error/403/", "error/404/", "error/500/", "error/503/"]


def test_axe_finds_nothing_on_the_style_pages_and_the_error_pages(browser: Browser, address: str):
    context = browser.new_context(base_url=address, **STEADY)
    assert problems(context.new_page(), [f"/{name}" for name in PAGES]) == {}
    context.close()


def test_nothing_is_wider_than_the_window_down_to_320_pixels(browser: Browser, address: str):
    context = browser.new_context(base_url=address)
    page = context.new_page()
    for name in PAGES:
        page.goto(f"/{name}")
        for width in (1440, 760, 390, 320):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
    context.close()


def test_the_accent_is_readable_in_every_hue_that_an_owner_can_choose(browser: Browser, address: str):
    context = browser.new_context(base_url=address, bypass_csp=True)
    page = context.new_page()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto("/error/404/")
        for hue in range(0, 360, 15):
            worst = page.evaluate(LEAST_CONTRAST, hue)
            assert worst >= 4.5, (scheme, hue, worst)
    context.close()


def test_menus_open_without_javascript(browser: Browser, address: str):
    context = browser.new_context(base_url=address, java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto("/style/console/")
    page.locator(".rail-menu > summary").click()
    assert page.get_by_role("link", name="Mine 9").is_visible()
    page.goto("/error/404/")
    page.locator(".top-menu > summary").click()
    assert page.locator(".top-menu a").first.is_visible()
    context.close()


# The least contrast of the pairs in which the accent takes part, for one hue, as the screen would show it.
LEAST_CONTRAST = """hue => {
  document.documentElement.style.setProperty('--hue', hue);
  const pixel = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const light = name => {
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.color = `var(${name})`;
    pixel.fillStyle = getComputedStyle(probe).color;
    probe.remove();
    pixel.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...pixel.getImageData(0, 0, 1, 1).data].slice(0, 3).map(c => {
      const part = c / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  return Math.min(
    contrast('--accent', '--paper'), contrast('--accent', '--ground'), contrast('--accent', '--sunk'),
    contrast('--accent', '--accent-soft'), contrast('--on-accent', '--accent'), contrast('--ink-2', '--accent-soft'),
    contrast('--on-accent', '--accent-strong'), contrast('--accent-strong', '--accent-soft'),
  );
}"""
