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

interface Saved {
  revision?: string | number;
  saved_at?: string;
  errors?: Record<string, string>;
}

const PAUSE = 1000;
const LONGEST_PAUSE = 60_000;
const OURS = ["csrfmiddlewaretoken", "revision", "page"];

class Autosave {
  private readonly address: string;
  private readonly key: string;
  private readonly note: HTMLElement;
  private timer = 0;
  private saving = false;
  private again = false;
  private stopped = false;
  private failures = 0;
  private leaving: (() => void) | undefined;

  constructor(private readonly form: HTMLFormElement) {
    this.address = form.dataset.saveUrl ?? form.action;
    this.key = `autosave:${new URL(this.address, location.href).pathname}`;
    this.note = form.querySelector<HTMLElement>("[data-saved]") ?? make("span", { class: "saved" });
    if (!this.note.isConnected) (form.querySelector(".actions:last-of-type") ?? form).append(this.note);
    this.note.setAttribute("role", "status");
    form.addEventListener("input", (event) => this.changed(event));
    form.addEventListener("change", (event) => this.changed(event));
    form.addEventListener("submit", (event) => this.goes(event));
    addEventListener("online", () => memory.get(this.key) && void this.save());
    this.remember();
  }

  private get revision(): HTMLInputElement | null {
    return this.form.querySelector("input[name=revision]");
  }

  private values(): [string, string][] {
    return [...new FormData(this.form).entries()].filter((entry): entry is [string, string] => typeof entry[1] === "string" && !OURS.includes(entry[0]));
  }

  private tell(sentence: string, waiting = false): void {
    this.note.classList.toggle("saved-waiting", waiting);
    this.note.replaceChildren(icon(waiting ? "clock" : "check"), ` ${sentence}`);
  }

  private keep(more: Partial<Copy> = {}): void {
    memory.set(this.key, { at: Date.now(), revision: this.revision?.value ?? "", values: this.values(), ...more } satisfies Copy);
  }

  private later(pause: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), pause) as unknown as number;
  }

  private changed(event: Event): void {
    const field = event.target as HTMLElement;
    if (this.stopped || field.matches("input[type=file], [data-no-autosave], [data-no-autosave] *")) return;
    this.keep();
    this.tell(say("还没有保存"), true);
    this.later(event.type === "change" ? 50 : PAUSE);
  }

  /**
   * The whole form goes by its button; the copy stays until a later page shows that it arrived. A save under way ends first, or the
   * form would carry the revision before it and meet itself as somebody else's change.
   */
  private goes(event: SubmitEvent): void {
    if (this.saving) {
      event.preventDefault();
      const button = event.submitter;
      this.leaving = () => {
        if (button?.closest("[data-confirm]")) button.dataset.agreed = ""; // it was asked already
        this.form.requestSubmit(button);
      };
      return;
    }
    this.stopped = true;
    clearTimeout(this.timer);
    const copy = memory.get<Copy>(this.key);
    if (copy) this.keep({ revision: copy.revision, sent: true });
  }

  private async save(): Promise<void> {
    if (this.stopped) return;
    this.again = this.saving;
    if (this.saving) return;
    this.saving = true;
    this.tell(say("正在保存"), true);
    try {
      await this.send();
      this.failures = 0;
    } catch {
      this.failures += 1;
      this.tell(say("网络不通，文字已留在本机，连上后自动保存"), true);
      this.later(Math.min(LONGEST_PAUSE, 2 * PAUSE * 2 ** this.failures));
    }
    this.saving = false;
    const leave = this.leaving;
    this.leaving = undefined;
    if (leave && !this.stopped) leave();
    else if (this.again) void this.save();
  }

  /** One attempt; throws where trying again may help. */
  private async send(): Promise<void> {
    const sent = JSON.stringify(this.values());
    const body = new FormData(this.form);
    for (const [name, value] of [...body.entries()]) if (value instanceof File) body.delete(name);
    const answer = await ask(this.address, { method: "POST", body, headers: { "X-Autosave": "1", Accept: "application/json, text/html;q=0.9" } });
    if (answer.status >= 500) throw new Error(String(answer.status));
    if (answer.status === 409) await this.conflict(answer);
    else if (answer.redirected || answer.status === 401 || answer.status === 403) this.lostSession();
    else if (!answer.ok) this.tell(say("没能保存：{why}", { why: await reason(answer) }), true);
    else await this.saved(answer, sent);
  }

  private async saved(answer: Response, sent: string): Promise<void> {
    const said: Saved = /json/.test(answer.headers.get("Content-Type") ?? "") ? await answer.json() : {};
    const number = said.revision ?? answer.headers.get("X-Revision");
    if (this.revision && number !== null) this.revision.value = String(number);
    this.mended(said.errors ?? {});
    if (JSON.stringify(this.values()) !== sent) {
      this.keep();
      this.again = true;
      return;
    }
    memory.drop(this.key);
    this.tell(say("已保存 {time}", { time: timeOfDay(said.saved_at ? new Date(said.saved_at) : new Date()) }));
    this.form.dispatchEvent(new CustomEvent("autosave:saved", { bubbles: true, detail: said }));
  }

  /** A field that was wrong loses its sentence once it is mended; new sentences wait for the whole form, so that typing is not scolded. */
  private mended(errors: Record<string, string>): void {
    for (const place of this.form.querySelectorAll<HTMLElement>(".field-bad")) {
      if (place.id.replace(/^field-/, "") in errors || place.contains(document.activeElement)) continue;
      place.classList.remove("field-bad");
      for (const error of place.querySelectorAll(".field-error")) error.remove();
      for (const control of place.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
    }
  }

  private async conflict(answer: Response): Promise<void> {
    this.stopped = true;
    this.tell(say("别处刚改过这份草稿，请在下面选择保留哪一份"), true);
    const box = make("div", { class: "card changes", role: "alert", tabindex: -1 });
    box.innerHTML = await answer.text();
    const other = answer.headers.get("X-Revision");
    if (other && !box.querySelector("button, a.btn")) box.append(this.choice(box, other));
    this.form.before(box);
    box.focus();
  }

  private choice(box: HTMLElement, other: string): HTMLElement {
    const mine = make("button", { type: "button", class: "btn btn-primary" }, say("保留我写的"));
    const theirs = make("button", { type: "button", class: "btn" }, say("用别处保存的"));
    mine.addEventListener("click", () => {
      if (this.revision) this.revision.value = other;
      this.stopped = false;
      box.remove();
      void this.save();
    });
    theirs.addEventListener("click", () => {
      memory.drop(this.key);
      location.reload();
    });
    return make("div", { class: "actions" }, mine, theirs);
  }

  private lostSession(): void {
    this.stopped = true;
    this.tell(say("登录已失效，文字已留在本机；重新登录后会恢复"), true);
    this.note.append(" ", make("a", { href: location.pathname + location.search }, say("重新登录")));
  }

  /** What this device still holds from last time: dropped if it arrived, put back if nothing moved since, else offered. */
  private remember(): void {
    const copy = memory.get<Copy>(this.key);
    if (!copy) return;
    const same = copy.revision === (this.revision?.value ?? "");
    if (JSON.stringify(copy.values) === JSON.stringify(this.values()) || (copy.sent && !same)) memory.drop(this.key);
    else if (same) this.restore(copy);
    else this.offer(copy);
  }

  private offer(copy: Copy): void {
    const yes = make("button", { type: "button", class: "btn btn-sm btn-primary" }, say("恢复"));
    const no = make("button", { type: "button", class: "btn btn-sm" }, say("丢弃"));
    const words = make("div", {}, say("本机有 {time} 未保存的文字。", { time: timeOfDay(new Date(copy.at)) }), " ", make("span", { class: "actions" }, yes, no));
    const box = make("div", { class: "alert alert-warning", role: "status" }, icon("history"), words);
    yes.addEventListener("click", () => (box.remove(), this.restore(copy)));
    no.addEventListener("click", () => (box.remove(), memory.drop(this.key)));
    this.form.prepend(box);
  }

  private restore(copy: Copy): void {
    const typed = new Map<string, string[]>();
    for (const [name, value] of copy.values) typed.set(name, [...(typed.get(name) ?? []), value]);
    for (const control of this.form.elements as unknown as HTMLInputElement[]) {
      if (!control.name || OURS.includes(control.name) || control.type === "file") continue;
      fill(control, typed.get(control.name) ?? []);
    }
    this.tell(say("已恢复未保存的文字"), true);
    void this.save();
  }
}

function fill(control: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement, kept: string[]): void {
  if (control.type === "checkbox" || control.type === "radio") (control as HTMLInputElement).checked = kept.includes(control.value);
  else if (control instanceof HTMLSelectElement && control.multiple) for (const option of control.options) option.selected = kept.includes(option.value);
  else if (kept.length) control.value = kept.shift()!;
}

export default (form: HTMLElement): void => void new Autosave(form as HTMLFormElement);
