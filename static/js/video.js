/* A transcript whose lines lead to the moment, that follows the video, and that can be searched. */

export function start(elements) {
  for (const article of elements) {
    if (article.dataset.started) continue;
    article.dataset.started = "yes";
    const player = article.querySelector("video");
    const lines = [...article.querySelectorAll(".transcript li")];
    if (player) {
      const seek = (seconds) => {
        player.currentTime = seconds;
        player.play().catch(() => {});
      };
      article.addEventListener("click", (event) => {
        const link = event.target.closest("[data-at]");
        if (!link) return;
        event.preventDefault();
        history.replaceState(null, "", link.hash);
        seek(Number(link.dataset.at));
      });
      const asked = /^#t(\d+)$/.exec(location.hash);
      if (asked) player.currentTime = Number(asked[1]);
      player.addEventListener("timeupdate", () => {
        const now = lines.filter((line) => Number(line.dataset.from) <= player.currentTime + 0.2).at(-1);
        for (const line of lines) line.classList.toggle("is-now", line === now);
      });
    }
    const filter = article.querySelector("[data-filter]");
    if (!filter) continue;
    const none = article.querySelector("[data-none]");
    filter.hidden = false;
    filter.addEventListener("input", () => {
      const words = filter.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
      for (const line of lines) line.hidden = !words.every((word) => line.textContent.toLocaleLowerCase().includes(word));
      none.hidden = lines.some((line) => !line.hidden);
    });
  }
}
