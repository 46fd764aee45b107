/** Making elements, icons, requests and announcements: the few strokes that all islands share. */

type Child = Node | string | null | undefined | false;

/** `make("button", { type: "button", class: "btn" }, "保存")`; attributes whose value is false or undefined are left out. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | number | boolean | undefined> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== undefined) element.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : String(value));
  }
  element.append(...children.filter((child): child is Node | string => !!child));
  return element;
}

export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.body.dataset.icons ?? ""}#${name}`);
  svg.append(use);
  return svg;
}

/** Changes the picture of an icon, or of the icon inside an element. */
export function reicon(element: Element | null, name: string): void {
  element?.querySelector("use")?.setAttribute("href", `${document.body.dataset.icons ?? ""}#${name}`);
}

export function csrfToken(): string {
  const field = document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]");
  return field?.value ?? /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

/** A request of this page's own: same origin, token along, asking for JSON unless told otherwise. */
export function ask(address: string, options: RequestInit = {}): Promise<Response> {
  const headers = new Headers(options.headers);
  if (!headers.has("Accept")) headers.set("Accept", "application/json");
  if (options.method && options.method !== "GET") headers.set("X-CSRFToken", csrfToken());
  return fetch(address, { credentials: "same-origin", ...options, headers });
}

/** What a refusal said: the title of its problem details, or the status. */
export async function reason(answer: Response): Promise<string> {
  if (/json/.test(answer.headers.get("Content-Type") ?? "")) {
    const problem = (await answer.json().catch(() => ({}))) as { title?: string; detail?: string };
    if (problem.title || problem.detail) return problem.title ?? problem.detail!;
  }
  return String(answer.status);
}

const FIRST_WORD = 100;
let voice: HTMLElement | undefined;

/** Says something to those who listen to the page. */
export function announce(sentence: string): void {
  if (!voice) {
    voice = make("div", { class: "visually-hidden", role: "status", "aria-live": "polite" });
    document.body.append(voice);
    setTimeout(() => announce(sentence), FIRST_WORD); // what a place of announcements is born with is not read out
    return;
  }
  voice.textContent = sentence;
}

/** Reads and writes what this device remembers; a browser that refuses storage just forgets. */
export const memory = {
  get<T>(key: string): T | null {
    try {
      return JSON.parse(localStorage.getItem(key) ?? "null") as T | null;
    } catch {
      return null;
    }
  },
  set(key: string, value: unknown): void {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // full or forbidden: nothing depends on it
    }
  },
  drop(key: string): void {
    try {
      localStorage.removeItem(key);
    } catch {
      // likewise
    }
  },
  keys(beginning: string): string[] {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(beginning));
    } catch {
      return [];
    }
  },
};

/** True where a key press belongs to a field, not to the page. */
export function inField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
