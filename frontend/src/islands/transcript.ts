/** The captions as text under the player: a click on `[data-second]` plays from there, and the line that is being said is marked. */

export default function transcript(part: HTMLElement): void {
  const shell = document.querySelector<HTMLElement>(".player");
  const media = shell?.querySelector<HTMLMediaElement>("video, audio");
  if (!shell || !media) return; // on its own page the links lead to the player
  const links = [...part.querySelectorAll<HTMLAnchorElement>("a[data-second]")];
  const seconds = links.map((link) => Number(link.dataset.second));
  let marked: HTMLAnchorElement | undefined;
  const mark = () => {
    if (!part.isConnected) return media.removeEventListener("timeupdate", mark);
    const here = links[lastBefore(seconds, media.currentTime + 0.3)];
    if (here === marked) return;
    marked?.removeAttribute("aria-current");
    here?.setAttribute("aria-current", "true");
    marked = here;
    if (here) keepInView(here);
  };
  media.addEventListener("timeupdate", mark);
  part.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-second]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    shell.dispatchEvent(new CustomEvent("player:go", { detail: { to: Number(link.dataset.second) } }));
  });
  mark();
}

/** The place of the last value not above `limit`; -1 where all are. */
function lastBefore(values: number[], limit: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Scrolls the list, never the page, and not while somebody reads in it. */
function keepInView(line: HTMLElement): void {
  const list = line.closest<HTMLElement>(".transcript-lines");
  if (!list || list.matches(":hover, :focus-within")) return;
  const [outer, inner] = [list.getBoundingClientRect(), line.getBoundingClientRect()];
  list.scrollTop += inner.top - outer.top - outer.height / 3;
}
