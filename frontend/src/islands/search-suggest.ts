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

let lists = 0;

export default function searchSuggest(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  const field = form.querySelector<HTMLInputElement>("input[type=search]")!;
  const list = make("ul", { class: "suggestions", role: "listbox", id: `suggestions-${++lists}`, "aria-label": field.labels?.[0]?.textContent ?? "", hidden: true });
  const answers = new Map<string, Suggestion[]>();
  let items: Suggestion[] = [];
  let chosen = -1;
  let typed = field.value;
  let timer = 0;
  let request: AbortController | undefined;

  form.append(list);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");

  const close = () => {
    list.hidden = true;
    chosen = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const show = (found: Suggestion[]) => {
    items = found;
    chosen = -1;
    list.replaceChildren(
      ...found.map((item, index) => make("li", { role: "option", id: `${list.id}-${index}`, "aria-selected": "false" }, icon(item.url ? "play" : "search"), item.text)),
    );
    list.hidden = !found.length;
    field.setAttribute("aria-expanded", String(!!found.length));
    field.removeAttribute("aria-activedescendant");
    if (found.length) announce(say("{n} 条建议", { n: found.length }));
  };
  const choose = (index: number) => {
    chosen = index;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    field.value = index < 0 ? typed : items[index]!.text;
    if (index < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", `${list.id}-${index}`);
  };
  const go = (index: number) => {
    const item = items[index]!;
    if (item.url) location.assign(item.url);
    else {
      field.value = item.text;
      close();
      form.requestSubmit();
    }
  };

  async function look(): Promise<void> {
    const words = field.value.trim();
    typed = field.value;
    if (!words) return close();
    if (answers.has(words)) return show(answers.get(words)!);
    request?.abort();
    request = new AbortController();
    try {
      const answer = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(words)}`, { signal: request.signal, headers: { Accept: "application/json" } });
      if (!answer.ok) return close();
      const found = ((await answer.json()) as { items: Suggestion[] }).items.slice(0, 10);
      answers.set(words, found);
      if (field.value.trim() === words && document.activeElement === field) show(found);
    } catch {
      // a newer request took its place, or the line is down: typing goes on
    }
  }

  field.addEventListener("input", (event) => {
    if ((event as InputEvent).isComposing) return; // pinyin half typed is no word yet
    clearTimeout(timer);
    timer = setTimeout(() => void look(), 120) as unknown as number;
  });
  field.addEventListener("compositionend", () => void look());
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      field.value = typed;
      close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && list.hidden) {
      void look();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const places = items.length + 1; // one for what was typed
      choose(((chosen + 1 + (event.key === "ArrowDown" ? 1 : -1) + places) % places) - 1);
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      go(chosen);
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const at = [...list.children].indexOf((event.target as Element).closest("li")!);
    if (at >= 0) go(at);
  });
  field.addEventListener("blur", close);
}
