/** A part of the page that its next state takes the place of: the focus stays on the same control, and what it says is seen and heard. */
import { announce } from "./page.ts";

const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary";

const nameOf = (one: Element): string => [one.tagName, one.closest("form")?.action, ...["id", "name", "href"].map((name) => one.getAttribute(name))].join(" ");

export function keepFocus(body: HTMLElement): void {
  let held: string | undefined;
  body.addEventListener("htmx:beforeSwap", (event) => {
    const { target } = (event as CustomEvent<{ target: Element }>).detail;
    held = document.activeElement && target.contains(document.activeElement) ? nameOf(document.activeElement) : undefined;
  });
  body.addEventListener("htmx:load", (event) => {
    if (held === undefined) return;
    const { elt: part } = (event as CustomEvent<{ elt: HTMLElement }>).detail;
    const same = [...part.querySelectorAll<HTMLElement>(CONTROLS)].find((one) => nameOf(one) === held && !one.matches(":disabled"));
    held = undefined;
    const folded = same?.closest("details:not([open])")?.querySelector("summary");
    const place = part.querySelector<HTMLElement>("[aria-invalid=true]") ?? folded ?? same ?? part;
    if (place === part) part.tabIndex = -1;
    place.focus({ preventScroll: true });
    const said = part.querySelector<HTMLElement>("[role=status]");
    if (said) announce(said.innerText);
    (said ?? place).scrollIntoView({ block: "nearest" });
  });
}
