/* The theme switch: system, light, dark. The server reads the cookie, so the page is painted right at once. */

const order = ["auto", "light", "dark"];

/** Starts the switches. */
export function start(buttons) {
  for (const button of buttons) {
    if (!button.hidden) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      const now = document.documentElement.dataset.theme || "auto";
      choose(order[(order.indexOf(now) + 1) % order.length]);
    });
  }
}

function choose(theme) {
  const root = document.documentElement;
  if (theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = theme;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  const age = theme === "auto" ? 0 : 31536000;
  document.cookie = `theme=${theme}; Path=/; Max-Age=${age}; SameSite=Lax${secure}`;
  document.querySelector('meta[name="color-scheme"]')?.setAttribute("content", theme === "auto" ? "light dark" : theme);
  for (const button of document.querySelectorAll("[data-theme-switch]")) button.textContent = button.dataset[theme];
}
