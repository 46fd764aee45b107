/**
 * Resumable upload of many files. Without a script the form posts them the ordinary way (≤ 20 MB).
 *
 * The element (usually the form) holds `input[type=file]` and carries
 * - `data-open-url`: POST JSON `{name, size}` → `{url, id}`; `url` is a tus upload that already exists (`/uploads/<id>?ticket=…`);
 *   a refusal answers problem details whose `title` is shown;
 * - `data-look-url`: POST JSON `{files: [{name, size, facts}]}` → `{files: [{stop, findings, repair}]}`, asked before a byte is sent (upload-looking.ts);
 * - `data-state-url`: GET → a list (or `{files: […]}`) of `{id, name, size, offset?, state, progress?, verdict?, findings?, message?}`;
 *   `state`: `uploading | checking | done | failed`; what is `listed` elsewhere on the page loses its line here; `progress` in per cent; `findings` as `precheck --json` gives them, with `title`.
 * What only serves those without a script carries `data-without-script`.
 *
 * What has been begun is remembered on the device by name, size and date of the file: choosing the same file again goes on where it
 * stopped, after a closed browser as after a restarted server. A lost line is waited out for ever, with growing pauses and a sentence.
 * Events: `upload:changed` after each answer of the state address, `upload:finished` when nothing is under way any more.
 */
import { agreed } from "../ask-first.ts";
import { announce, ask, make } from "../page.ts";
import { say } from "../words.ts";
import { row, showFindings, type Row, type ServerFile } from "./upload-rows.ts";
import { Looking } from "./upload-looking.ts";
import { Sending } from "./upload-sending.ts";

const AT_ONCE = 2;
const FIRST_LOOK = 1000;
const SLOWEST_LOOK = 5000;
const LOOK_IN_TROUBLE = 30_000;
const LOOK_UNSEEN = 10_000;

class Uploads {
  private readonly field: HTMLInputElement;
  private readonly list: HTMLElement;
  private readonly openUrl: string;
  private readonly rows = new Map<string, Row>();
  private sendings: Sending[] = [];
  private readonly looker: Looking;
  private looking = false;

  constructor(private readonly element: HTMLElement) {
    this.field = element.querySelector<HTMLInputElement>("input[type=file]")!;
    this.list = element.querySelector<HTMLElement>(".uploads") ?? make("ul", { class: "uploads" });
    if (!this.list.isConnected) (element.querySelector(".drop") ?? this.field).after(this.list);
    for (const one of element.querySelectorAll<HTMLElement>("[data-without-script]")) one.hidden = true;
    this.openUrl = element.dataset.openUrl!;
    this.looker = new Looking(element.dataset.lookUrl ?? "");
    this.field.removeAttribute("required");
    this.listen();
    void this.look();
  }

  private listen(): void {
    this.field.addEventListener("change", () => {
      for (const file of this.field.files ?? []) this.add(file);
      this.field.value = "";
    });
    addEventListener("online", () => this.sendings.filter((one) => one.state === "waiting").forEach((one) => void one.start()));
    addEventListener("beforeunload", (event) => {
      if (this.sendings.some((one) => one.state === "sending")) event.preventDefault();
    });
  }

  private add(file: File): void {
    const one = new Sending(file, this.openUrl);
    if (this.sendings.some((other) => other.key === one.key && other.state !== "refused")) return announce(say("这个文件已经在列表里"));
    one.row = this.rows.get(one.begun?.id ?? "") ?? row(file.name, file.size);
    if (!one.row.element.isConnected) this.list.append(one.row.element);
    one.row.toggle.hidden = one.row.remove.hidden = false;
    one.row.toggle.onclick = () => one.toggle();
    one.row.remove.onclick = () => void this.remove(one);
    one.onKnown = (id) => this.known(one, id);
    one.onChange = () => this.changed(one);
    this.sendings.push(one);
    if (!file.size) one.refuse(say("这个文件是空的，请换一个"));
    else if (this.element.dataset.lookUrl) void one.look(this.looker);
    else one.queue();
    this.next();
  }

  /** The platform has named the upload: a line that it already showed for it goes. */
  private known(one: Sending, id: string): void {
    const double = this.rows.get(id);
    if (double && double !== one.row) double.element.remove();
    this.list.querySelector(`[data-id="${CSS.escape(id)}"]`)?.remove(); // as the page came, before the first look
    this.rows.set(id, one.row);
  }

  private changed(one: Sending): void {
    if (one.state === "sent") void this.look();
    this.next();
  }

  private next(): void {
    for (const one of this.sendings) {
      if (this.sendings.filter((other) => other.state === "sending").length >= AT_ONCE) return;
      if (one.state === "queued") void one.start();
    }
    const busy = this.sendings.some((one) => ["looking", "queued", "sending", "waiting"].includes(one.state));
    if (this.sendings.length && !busy) this.element.dispatchEvent(new CustomEvent("upload:finished", { bubbles: true }));
  }

  private async remove(one: Sending): Promise<void> {
    const question = say("移除“{name}”？已传的部分也会删掉。", { name: one.file.name });
    if (one.state !== "refused" && !(await agreed(question, say("移除"), true))) return;
    one.end();
    this.sendings = this.sendings.filter((other) => other !== one);
    if (one.id) this.rows.delete(one.id);
    one.row.element.remove();
    this.next();
  }

  /** Asks how the files fare until nothing is being checked; verdicts show rule by rule as they come. */
  private async look(): Promise<void> {
    if (this.looking || !this.element.dataset.stateUrl) return;
    this.looking = true;
    let pause = FIRST_LOOK;
    while (this.element.isConnected) {
      const more = await this.lookOnce().catch(() => null);
      if (more === false && !this.sendings.some((one) => one.state === "sending")) break;
      pause = more === null ? Math.min(LOOK_IN_TROUBLE, pause * 2) : Math.min(SLOWEST_LOOK, pause * 1.2);
      await new Promise((go) => setTimeout(go, document.hidden ? LOOK_UNSEEN : pause));
    }
    this.looking = false;
  }

  /** True while there is more to come; throws where asking again may help. */
  private async lookOnce(): Promise<boolean> {
    const answer = await ask(this.element.dataset.stateUrl!);
    if (answer.status === 403 || answer.status === 404) return false;
    if (!answer.ok) throw new Error(String(answer.status));
    const said = (await answer.json()) as ServerFile[] | { files: ServerFile[] };
    const files = Array.isArray(said) ? said : said.files;
    const busy = files.map((file) => this.show(file)).some(Boolean);
    this.element.dispatchEvent(new CustomEvent("upload:changed", { bubbles: true, detail: files }));
    return busy;
  }

  private show(file: ServerFile): boolean {
    const id = String(file.id);
    const mine = this.sendings.find((one) => one.id === id);
    if (mine && mine.state !== "sent") return false;
    if (mine && file.state === "uploading") return true; // the last bytes are there, the platform is about to say so
    if (file.listed) {
      if (mine) this.sendings = this.sendings.filter((one) => one !== mine);
      this.rows.get(id)?.element.remove();
      this.rows.delete(id);
      this.list.querySelector(`[data-id="${CSS.escape(id)}"]`)?.remove();
      return file.state === "checking";
    }
    const line = this.rows.get(id) ?? row(file.name, file.size);
    if (!this.rows.has(id)) {
      this.rows.set(id, line);
      this.list.querySelector(`[data-id="${CSS.escape(id)}"]`)?.remove();
      this.list.append(line.element);
    }
    return showFindings(line, file);
  }
}

export default (element: HTMLElement): void => void new Uploads(element);
