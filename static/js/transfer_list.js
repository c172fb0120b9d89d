/* The admin's two lists side by side: their search icons say a name, which only counts for something that has a role. */

export function start() {
  const icons = document.querySelectorAll(".search-label-icon");
  icons.forEach((icon) => icon.setAttribute("role", "img"));
  if (!icons.length) setTimeout(start, 50); // Django builds the lists when the page has loaded
}
