/**
 * A piece of the page that brings itself up to date: `data-src` every `data-every` seconds (3 unless named). It stops when the answer
 * holds `[data-done]` or sends `X-Done`; with `data-then="reload"` the whole page is loaded once it is done. Waits while the tab is
 * hidden, slows down while the line is bad, never takes away what someone is typing inside, nor folds what they unfolded. `data-every="0"` loads once.
 * `data-on="autosave:saved"` names an event of the page after which it is fetched once more.
 */
import { attachIslands } from "../islands.ts";

export default function refresh(element: HTMLElement): void {
  const every = Number(element.dataset.every ?? 3) * 1000;
  let failures = 0;

  const again = (pause: number) => void setTimeout(turn, pause);
  const on = element.dataset.on;
  if (on) document.addEventListener(on, () => element.isConnected && void fetched().catch(() => undefined));

  async function turn(): Promise<void> {
    if (!element.isConnected) return;
    if (document.hidden) {
      document.addEventListener("visibilitychange", () => void turn(), { once: true });
      return;
    }
    try {
      const answer = await fetched();
      if (!answer) return;
      failures = 0;
      if (answer.headers.has("X-Done") || element.querySelector("[data-done]")) {
        if (element.dataset.then === "reload") location.reload();
        return;
      }
      if (every) again(every);
    } catch {
      failures += 1;
      again(Math.min(60_000, (every || 3000) * 2 ** failures));
    }
  }

  /** Asks and shows; null where this visitor is not to see it any more. */
  async function fetched(): Promise<Response | null> {
    const answer = await fetch(element.dataset.src!, { credentials: "same-origin", headers: { Accept: "text/html", "X-Fragment": "1" } });
    if (answer.status === 403 || answer.status === 404 || answer.redirected) return null;
    if (!answer.ok) throw new Error(String(answer.status));
    const html = await answer.text();
    if (html !== element.dataset.shown && !element.querySelector(":focus:is(input, textarea, select)") && !typedInside()) {
      const unfolded = new Set([...element.querySelectorAll("details[open] > summary")].map((one) => one.textContent));
      const focused = document.activeElement?.id && element.contains(document.activeElement) ? document.activeElement.id : "";
      element.innerHTML = html;
      element.dataset.shown = html;
      for (const one of element.querySelectorAll<HTMLElement>("details > summary"))
        if (unfolded.has(one.textContent)) (one.parentElement as HTMLDetailsElement).open = true;
      attachIslands(element);
      if (focused) document.getElementById(focused)?.focus();
    }
    return answer;
  }

  /** Words that are not sent yet are never taken away. */
  function typedInside(): boolean {
    return [...element.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input, textarea")].some((field) => field.value !== field.defaultValue);
  }

  again(every && element.childElementCount ? every : 0);
}
