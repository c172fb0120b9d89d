/* A question that the address names is open. */

export function start() {
  const open = () => {
    const named = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (named?.matches?.("[data-question]")) named.open = true;
  };
  addEventListener("hashchange", open);
  open();
}
