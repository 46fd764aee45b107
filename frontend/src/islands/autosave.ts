/**
 * Saves a form as one types: a second after the last stroke, and on leaving a field.
 *
 * The form (or `data-save-url`) is POSTed with `X-Autosave: 1`, its `revision` field and everything but files. Answers:
 * - 2xx, JSON `{revision, saved_at?, errors?: {field: sentence}}`, or nothing but the header `X-Revision`;
 * - 409, HTML that shows both versions, with `X-Revision` naming the other one's number: typing is kept, the person chooses;
 * - anything else: what was typed stays on the device and is tried again, or comes back after the next sign-in.
 * Elements: `[data-saved]` (or one is made beside the buttons) says "saved 10:42". Event: `autosave:saved`.
 */
import { ask, icon, make, memory, reason } from "../page.ts";
import { say, timeOfDay } from "../words.ts";

interface Copy {
  at: number;
  revision: string;
  sent?: boolean;
  values: [string, string][];
}

export default function autosave(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  const address = form.dataset.saveUrl ?? form.action;
  const key = `autosave:${new URL(address, location.href).pathname}`;
  const note = form.querySelector<HTMLElement>("[data-saved]") ?? make("span", { class: "saved" });
  if (!note.isConnected) (form.querySelector(".actions:last-of-type") ?? form).append(note);
  note.setAttribute("role", "status");
  let timer = 0;
  let saving = false;
  let again = false;
  let stopped = false;
  let failures = 0;

  const revision = () => form.querySelector<HTMLInputElement>("input[name=revision]");
  const values = (): [string, string][] =>
    [...new FormData(form).entries()].filter((entry): entry is [string, string] => typeof entry[1] === "string" && !["csrfmiddlewaretoken", "revision"].includes(entry[0]));
  const tell = (sentence: string, waiting = false) => {
    note.classList.toggle("saved-waiting", waiting);
    note.replaceChildren(icon(waiting ? "clock" : "check"), ` ${sentence}`);
  };
  const keep = () => memory.set(key, { at: Date.now(), revision: revision()?.value ?? "", values: values() } satisfies Copy);

  const changed = (event: Event) => {
    const field = event.target as HTMLElement;
    if (stopped || field.matches("input[type=file], [data-no-autosave], [data-no-autosave] *")) return;
    keep();
    tell(say("还没有保存"), true);
    clearTimeout(timer);
    timer = setTimeout(() => void save(), event.type === "change" ? 50 : 1000) as unknown as number;
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", () => {
    stopped = true; // the whole form goes now; the copy stays until a later page shows that it arrived
    clearTimeout(timer);
    const copy = memory.get<Copy>(key);
    if (copy) memory.set(key, { ...copy, values: values(), sent: true });
  });
  addEventListener("online", () => memory.get(key) && void save());

  async function save(): Promise<void> {
    if (stopped) return;
    if (saving) {
      again = true;
      return;
    }
    saving = true;
    again = false;
    const sent = JSON.stringify(values());
    const body = new FormData(form);
    for (const [name, value] of [...body.entries()]) if (value instanceof File) body.delete(name);
    tell(say("正在保存"), true);
    try {
      const answer = await ask(address, { method: "POST", body, headers: { "X-Autosave": "1", Accept: "application/json, text/html;q=0.9" } });
      if (answer.status === 409) await conflict(answer);
      else if (answer.redirected || answer.status === 401 || answer.status === 403) lostSession();
      else if (answer.status >= 500) throw new Error(String(answer.status));
      else if (!answer.ok) {
        const why = await reason(answer);
        tell(say("没能保存：{why}", { why }), true);
      } else await saved(answer, sent);
      failures = 0;
    } catch {
      failures += 1;
      tell(say("网络不通，文字已留在本机，连上后自动保存"), true);
      timer = setTimeout(() => void save(), Math.min(60_000, 2000 * 2 ** failures)) as unknown as number;
    }
    saving = false;
    if (again) void save();
  }

  async function saved(answer: Response, sent: string): Promise<void> {
    const said = /json/.test(answer.headers.get("Content-Type") ?? "") ? ((await answer.json()) as { revision?: string | number; saved_at?: string; errors?: Record<string, string> }) : {};
    const number = said.revision ?? answer.headers.get("X-Revision");
    const field = revision();
    if (field && number !== null && number !== undefined) field.value = String(number);
    showErrors(said.errors ?? {});
    if (JSON.stringify(values()) !== sent) {
      keep();
      again = true;
      return;
    }
    memory.drop(key);
    tell(say("已保存 {time}", { time: timeOfDay(said.saved_at ? new Date(said.saved_at) : new Date()) }));
    form.dispatchEvent(new CustomEvent("autosave:saved", { bubbles: true, detail: said }));
  }

  /** A field that was wrong loses its sentence once it is mended; new sentences wait for the whole form, so that typing is not scolded. */
  function showErrors(errors: Record<string, string>): void {
    for (const place of form.querySelectorAll<HTMLElement>(".field-bad")) {
      if (place.id.replace(/^field-/, "") in errors || place.contains(document.activeElement)) continue;
      place.classList.remove("field-bad");
      for (const error of place.querySelectorAll(".field-error")) error.remove();
      for (const control of place.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
    }
  }

  async function conflict(answer: Response): Promise<void> {
    stopped = true;
    tell(say("别处刚改过这份草稿，请在下面选择保留哪一份"), true);
    const box = make("div", { class: "card changes", role: "alert", tabindex: -1 });
    box.innerHTML = await answer.text();
    const other = answer.headers.get("X-Revision");
    if (other && !box.querySelector("button, a.btn")) {
      const mine = make("button", { type: "button", class: "btn btn-primary" }, say("保留我写的"));
      const theirs = make("button", { type: "button", class: "btn" }, say("用别处保存的"));
      mine.addEventListener("click", () => {
        const field = revision();
        if (field) field.value = other;
        stopped = false;
        box.remove();
        void save();
      });
      theirs.addEventListener("click", () => {
        memory.drop(key);
        location.reload();
      });
      box.append(make("div", { class: "actions" }, mine, theirs));
    }
    form.before(box);
    box.focus();
  }

  function lostSession(): void {
    stopped = true;
    tell(say("登录已失效，文字已留在本机；重新登录后会恢复"), true);
    note.append(" ", make("a", { href: location.pathname + location.search }, say("重新登录")));
  }

  function restore(copy: Copy): void {
    const typed = new Map<string, string[]>();
    for (const [name, value] of copy.values) typed.set(name, [...(typed.get(name) ?? []), value]);
    for (const control of form.elements as unknown as (HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement)[]) {
      if (!control.name || ["csrfmiddlewaretoken", "revision"].includes(control.name) || control.type === "file") continue;
      const kept = typed.get(control.name) ?? [];
      if (control.type === "checkbox" || control.type === "radio") (control as HTMLInputElement).checked = kept.includes(control.value);
      else if (control instanceof HTMLSelectElement && control.multiple) for (const option of control.options) option.selected = kept.includes(option.value);
      else if (kept.length) control.value = kept.shift()!;
    }
    tell(say("已恢复未保存的文字"), true);
    void save();
  }

  const copy = memory.get<Copy>(key);
  const same = copy?.revision === (revision()?.value ?? "");
  if (copy && (JSON.stringify(copy.values) === JSON.stringify(values()) || (copy.sent && !same))) memory.drop(key);
  else if (copy && same) restore(copy);
  else if (copy) {
    const yes = make("button", { type: "button", class: "btn btn-sm btn-primary" }, say("恢复"));
    const no = make("button", { type: "button", class: "btn btn-sm" }, say("丢弃"));
    const offer = make("div", { class: "alert alert-warning", role: "status" }, icon("history"), make("div", {}, say("本机有 {time} 未保存的文字。", { time: timeOfDay(new Date(copy.at)) }), " ", make("span", { class: "actions" }, yes, no)));
    yes.addEventListener("click", () => (offer.remove(), restore(copy)));
    no.addEventListener("click", () => (offer.remove(), memory.drop(key)));
    form.prepend(offer);
  }
}
