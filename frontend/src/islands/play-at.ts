/** What was found in the film: a click on `a[data-second]` plays from there, in the player inside the element that the link names. */

export default function playAt(part: HTMLElement): void {
  part.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-second]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const shell = document.querySelector<HTMLElement>(`${link.hash} .player`);
    if (!shell) return;
    event.preventDefault();
    shell.scrollIntoView({ block: "nearest" });
    shell.focus({ preventScroll: true });
    shell.dispatchEvent(new CustomEvent("player:go", { detail: { to: Number(link.dataset.second) } }));
  });
}
