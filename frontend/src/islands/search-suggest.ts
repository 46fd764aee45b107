/**
 * Completions for a search box, as a combobox: arrows choose, Enter searches, Escape closes. `data-suggest` names the address,
 * which answers `{"items": [{"text", "url"?}]}`. The form works without any of this.
 */
import { announce, icon, make } from "../page.ts";
import { say } from "../words.ts";

interface Suggestion {
  text: string;
  url?: string;
}

const PAUSE = 120;
const MOST = 10;
let lists = 0;

class Suggest {
  private readonly field: HTMLInputElement;
  private readonly list: HTMLUListElement;
  private readonly answers = new Map<string, Suggestion[]>();
  private items: Suggestion[] = [];
  private chosen = -1;
  private typed: string;
  private timer = 0;
  private request: AbortController | undefined;

  constructor(private readonly form: HTMLFormElement) {
    this.field = form.querySelector<HTMLInputElement>("input[type=search]")!;
    this.typed = this.field.value;
    this.list = make("ul", { class: "suggestions", role: "listbox", id: `suggestions-${++lists}`, "aria-label": this.field.labels?.[0]?.textContent ?? "", hidden: true });
    form.append(this.list);
    const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-controls": this.list.id, "aria-expanded": "false" };
    for (const [name, value] of Object.entries(attributes)) this.field.setAttribute(name, value);
    this.listen();
  }

  private listen(): void {
    this.field.addEventListener("input", (event) => {
      if ((event as InputEvent).isComposing) return; // pinyin half typed is no word yet
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.look(), PAUSE) as unknown as number;
    });
    this.field.addEventListener("compositionend", () => void this.look());
    this.field.addEventListener("keydown", (event) => this.pressed(event));
    this.field.addEventListener("blur", () => this.close());
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    this.list.addEventListener("click", (event) => {
      const at = [...this.list.children].indexOf((event.target as Element).closest("li")!);
      if (at >= 0) this.go(at);
    });
  }

  private pressed(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const arrow = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      this.field.value = this.typed;
      this.close();
    } else if (arrow && this.list.hidden) void this.look();
    else if (arrow) {
      event.preventDefault();
      const places = this.items.length + 1; // one for what was typed
      this.choose(((this.chosen + 1 + arrow + places) % places) - 1);
    } else if (event.key === "Enter" && this.chosen >= 0) {
      event.preventDefault();
      this.go(this.chosen);
    }
  }

  private async look(): Promise<void> {
    const words = this.field.value.trim();
    this.typed = this.field.value;
    if (!words) return this.close();
    this.request?.abort();
    this.request = new AbortController();
    try {
      const found = this.answers.get(words) ?? (await this.ask(words, this.request.signal));
      this.answers.set(words, found);
      if (this.field.value.trim() === words && document.activeElement === this.field) this.show(found);
    } catch {
      // a newer request took its place, or the line is down: typing goes on
    }
  }

  private async ask(words: string, signal: AbortSignal): Promise<Suggestion[]> {
    const answer = await fetch(`${this.form.dataset.suggest}?q=${encodeURIComponent(words)}`, { signal, headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return ((await answer.json()) as { items: Suggestion[] }).items.slice(0, MOST);
  }

  private show(found: Suggestion[]): void {
    this.items = found;
    this.chosen = -1;
    const options = found.map((item, index) => make("li", { role: "option", id: `${this.list.id}-${index}`, "aria-selected": "false" }, icon(item.url ? "play" : "search"), item.text));
    this.list.replaceChildren(...options);
    this.list.hidden = !found.length;
    this.field.setAttribute("aria-expanded", String(!!found.length));
    this.field.removeAttribute("aria-activedescendant");
    if (found.length) announce(say("{n} 条建议", { n: found.length }));
  }

  private close(): void {
    this.list.hidden = true;
    this.chosen = -1;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }

  private choose(index: number): void {
    this.chosen = index;
    [...this.list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    this.field.value = index < 0 ? this.typed : this.items[index]!.text;
    if (index < 0) this.field.removeAttribute("aria-activedescendant");
    else {
      this.field.setAttribute("aria-activedescendant", `${this.list.id}-${index}`);
      this.list.children[index]!.scrollIntoView({ block: "nearest" });
    }
  }

  private go(index: number): void {
    const item = this.items[index]!;
    if (item.url) return location.assign(item.url);
    this.field.value = item.text;
    this.close();
    this.form.requestSubmit();
  }
}

export default (form: HTMLElement): void => void new Suggest(form as HTMLFormElement);
