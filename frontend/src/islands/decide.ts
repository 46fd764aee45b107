/**
 * The decision form of the review desk, for hundreds: one key chooses, Enter sends, the next resource is already here.
 *
 * `form[data-island=decide]` carries `data-person`, `data-title`, `data-page`, `data-next` and `data-next-opened` (empty after the last)
 * and `data-queue`. `[data-outcome]` buttons choose; `[data-phrases]` holds numbered phrases (`[data-phrase]`, with `data-field`) that
 * the keys 1–9 write into the next free row. The decision is kept by pending.ts and sent in the background. Without a script the form is
 * simply sent.
 */
import { attachIslands } from "../islands.ts";
import { announce, ask, make } from "../page.ts";
import { Pending } from "../pending.ts";
import { say } from "../words.ts";

const FIRST_BYTES = 262_143;

class Desk {
  private readonly pending: Pending;
  private readonly send: HTMLButtonElement;
  private readonly list: HTMLElement | null;
  private ahead: Promise<Document | undefined> | undefined;
  private sent = false;

  constructor(private readonly form: HTMLFormElement) {
    this.pending = Pending.of(form.dataset.person!);
    this.send = form.querySelector<HTMLButtonElement>("button:not([type])")!;
    this.list = form.querySelector<HTMLElement>("[data-phrases]");
    for (const button of form.querySelectorAll<HTMLButtonElement>("[data-outcome]")) button.addEventListener("click", () => this.choose(button));
    for (const row of form.querySelectorAll<HTMLElement>("[data-quick]")) row.hidden = false;
    this.list?.addEventListener("keydown", (event) => this.pick(event));
    for (const one of this.phrases()) one.addEventListener("click", () => this.write(one));
    form.addEventListener("submit", (event) => void this.decide(event));
    for (const fold of document.querySelectorAll<HTMLDetailsElement>("main details")) {
      fold.addEventListener("toggle", () => fold.open && fold.querySelector<HTMLInputElement>("form input:not([type=hidden])")?.focus());
    }
    if (document.readyState === "complete") this.fetchAhead();
    else addEventListener("load", () => this.fetchAhead(), { once: true });
  }

  private phrases(): HTMLButtonElement[] {
    return [...this.form.querySelectorAll<HTMLButtonElement>("[data-phrase]")];
  }

  private choose(button: HTMLButtonElement): void {
    const radio = this.form.querySelector<HTMLInputElement>(`input[name=outcome][value=${button.dataset.outcome}]`)!;
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    this.send.textContent = say("提交：{what}", { what: button.dataset.name! });
    if (this.list && "reason" in button.dataset) {
      this.list.hidden = false;
      this.list.focus();
      this.list.scrollIntoView({ block: "nearest" });
    } else this.send.focus();
  }

  /** A digit takes a phrase, Enter sends, anything that is typed goes into the first free row. */
  private pick(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const number = /^Digit([1-9])$/.exec(event.code)?.[1];
    if (event.target !== this.list && event.key === "Enter") return;
    event.stopPropagation(); // neither the player's nor the page's
    if (number) {
      event.preventDefault();
      this.write(this.phrases()[Number(number) - 1]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.form.requestSubmit(this.send);
    } else if (event.key === "Escape") {
      this.list!.blur();
    } else if (event.key.length === 1) this.free()?.focus();
  }

  private free(): HTMLInputElement | undefined {
    return [...this.form.querySelectorAll<HTMLInputElement>("input[name^=text_]")].find((row) => !row.value);
  }

  private write(phrase: HTMLButtonElement | undefined): void {
    const row = this.free();
    if (!phrase || !row) return;
    row.value = phrase.dataset.phrase!;
    const about = this.form.querySelector<HTMLSelectElement>(`select[name=${row.name.replace("text", "field")}]`);
    if (about) about.value = phrase.dataset.field ?? "";
    row.dispatchEvent(new Event("input", { bubbles: true }));
    announce(row.value);
    this.list?.focus();
  }

  /** The next page and the first bytes of its film; nobody has seen it yet, and the platform is told so. */
  private fetchAhead(): void {
    const { next } = this.form.dataset;
    if (!next || !this.form.isConnected) return;
    this.ahead = ask(next, { headers: { "X-Prefetch": "1", Accept: "text/html" } })
      .then(async (answer) => (answer.ok && !answer.redirected ? new DOMParser().parseFromString(await answer.text(), "text/html") : undefined))
      .catch(() => undefined);
    void this.ahead.then((page) => {
      const film = page?.querySelector<HTMLElement>(".player source, .player audio")?.getAttribute("src");
      if (film) void fetch(film, { headers: { Range: `bytes=0-${FIRST_BYTES}` } }).then((answer) => answer.arrayBuffer()).catch(() => undefined);
    });
  }

  private async decide(event: SubmitEvent): Promise<void> {
    const typed = [...new FormData(this.form).entries()].filter((entry): entry is [string, string] => typeof entry[1] === "string" && entry[0] !== "csrfmiddlewaretoken");
    const values = new Map(typed);
    const words = typed.filter(([name, value]) => /^(text_|note$)/.test(name) && value.trim()).map(([, value]) => value);
    const outcome = this.form.querySelector<HTMLElement>(`[data-outcome="${values.get("outcome") ?? ""}"]`);
    const reasoned = typed.some(([name, value]) => name.startsWith("text_") && value.trim());
    if (!outcome || ("reason" in outcome.dataset && !reasoned) || !values.get("request_key")) return; // the platform says what is missing
    event.preventDefault();
    if (this.sent || this.pending.has(this.form.action)) return;
    this.sent = true;
    this.send.disabled = true;
    const { title = "", page = location.href, next, queue } = this.form.dataset;
    const going = this.pending.add({ key: values.get("request_key")!, address: this.form.action, page, title, body: typed, words, at: Date.now() });
    announce(say("提交：{what}", { what: outcome.dataset.name! }));
    const ahead = next ? await this.ahead : undefined;
    if (ahead && swap(ahead, next!)) return void ask(this.form.dataset.nextOpened!, { method: "POST" }).catch(() => undefined);
    const told = await going;
    if (told === "done" || told === "refused") {
      this.pending.carry();
      location.assign(next || queue!);
    }
    if (told === "later" || told === "signed-out") this.form.before(make("p", { class: "alert", role: "status" }, say("决定已留在本机。连上网络后会提交，并可继续下一项。")));
  }
}

/** Puts the page that was fetched ahead in place of this one; false where it has no such place. */
function swap(page: Document, address: string): boolean {
  const [here, there] = [document.querySelector("main"), page.querySelector("main")];
  if (!here || !there) return false;
  const main = document.importNode(there, true);
  here.replaceWith(main);
  document.title = page.title;
  history.pushState({ swapped: true }, "", address);
  shown = location.pathname + location.search;
  scrollTo(0, 0);
  attachIslands(main);
  main.focus({ preventScroll: true });
  return true;
}

let shown = location.pathname + location.search;

// a step to a place on this page is none to another page
addEventListener("popstate", () => {
  if (location.pathname + location.search !== shown) location.reload();
});

export default (form: HTMLElement): void => void new Desk(form as HTMLFormElement);
