/* The table of contents follows the reading: the heading that was passed last is the current one. */

export function start(elements) {
  for (const toc of elements) {
    if (toc.dataset.started) continue;
    toc.dataset.started = "yes";
    const links = new Map([...toc.querySelectorAll("a[href^='#']")].map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
    const headings = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
    const box = toc.querySelector("details");
    if (matchMedia("(max-width: 860px)").matches) box.open = false;
    let waiting = false;
    const mark = () => {
      waiting = false;
      const passed = headings.filter((heading) => heading.getBoundingClientRect().top < 96).at(-1) ?? headings[0];
      for (const [id, link] of links) {
        if (id === passed?.id) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    };
    addEventListener("scroll", () => {
      if (!waiting) requestAnimationFrame(mark);
      waiting = true;
    }, { passive: true });
    mark();
  }
}
