/**
 * `<dialog data-island="keys">` lists the keys of a page and opens by `?`. Elements that carry `data-key="j"` are pressed by that key
 * (links and buttons are clicked, fields get the focus). Nothing listens while someone types, or with Ctrl, Alt or Meta held.
 */
import { inField } from "../page.ts";

export default function keys(element: HTMLElement): void {
  const dialog = element as HTMLDialogElement;
  for (const opener of document.querySelectorAll<HTMLElement>("[data-open-keys]")) {
    opener.hidden = false;
    opener.addEventListener("click", () => dialog.showModal());
  }
  for (const target of document.querySelectorAll<HTMLElement>("[data-key]:not(.player)")) {
    target.setAttribute("aria-keyshortcuts", target.dataset.key!);
    target.title ||= target.dataset.key!.toUpperCase();
  }
  addEventListener("keydown", (event) => {
    if (!dialog.isConnected) return; // its page was swapped for the next one
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || inField(event.target)) return;
    if (document.querySelector("dialog[open]") && event.key !== "Escape") return;
    if (event.key === "?") {
      event.preventDefault();
      dialog.showModal();
      return;
    }
    const target = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(event.key.toLowerCase())}"]:not(.player):not(:disabled)`);
    if (!target || !target.offsetParent) return;
    event.preventDefault();
    if (inField(target)) target.focus();
    else target.click();
  });
}
