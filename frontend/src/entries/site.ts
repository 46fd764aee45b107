import "../styles/site.scss";
import { rememberFollowed } from "../followed.ts";
import { attachIslands } from "../islands.ts";
import { csrfToken, make } from "../page.ts";
import { keepFocus } from "../swapped.ts";

attachIslands(document);
rememberFollowed();

// past the head without an entry in the history: "back" leads to the page before
document.querySelector<HTMLAnchorElement>("a.skip")?.addEventListener("click", (event) => {
  const main = document.querySelector<HTMLElement>((event.currentTarget as HTMLAnchorElement).hash);
  if (!main) return;
  event.preventDefault();
  main.focus();
});

// what takes something away asks first; without a script the form is simply sent
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target as HTMLFormElement;
    const button = event.submitter;
    if (!button?.matches("[data-confirm]") && !form.matches("[data-confirm]")) return;
    if (!button || "agreed" in button.dataset) return void delete button?.dataset.agreed;
    event.preventDefault();
    event.stopPropagation();
    void import("../ask-first.ts").then(({ askFirst }) => askFirst(form, button));
  },
  true,
);

// two presses of one button within a second are one: who clicks twice would be shown what became of the second
let sent: SubmitEvent | undefined;
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const twice = sent?.target === event.target && sent.submitter === event.submitter && event.timeStamp - sent.timeStamp < 1000;
  if (twice) event.preventDefault();
  else sent = event;
});

// htmx only where a page uses it; without eval, without styles or scripts of its own in the page
if (document.querySelector("[hx-get], [hx-post], [hx-boost]")) {
  // it reads this as soon as it is here: where the page is complete by then, a later setting would come too late
  const content = JSON.stringify({ allowEval: false, includeIndicatorStyles: false, allowScriptTags: false, historyCacheSize: 0 });
  document.head.append(make("meta", { name: "htmx-config", content }));
  void import("htmx.org").then(({ default: htmx }) => {
    document.body.addEventListener("htmx:configRequest", (event) => {
      const { headers } = (event as CustomEvent<{ headers: Record<string, string> }>).detail;
      headers["X-CSRFToken"] = csrfToken();
    });
    document.body.addEventListener("htmx:load", (event) => attachIslands((event as CustomEvent<{ elt: HTMLElement }>).detail.elt.parentElement ?? document));
    keepFocus(document.body);
    htmx.process(document.body);
  });
}
