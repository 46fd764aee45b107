/**
 * Many files at once: each is looked at, put to its draft by name, and sent; two at a time, each by itself, whatever happens to another.
 *
 * The element holds the file fields and `.uploads`, and carries `data-look-url` (upload-looking.ts) and
 * - `data-place-url`: POST `{files: [{path, size, mark}]}` → `{files: [{state, why, draft}], drafts: [{id, number, title, open, page}], left}`;
 * - `data-states-url`: POST `{files: [{id}]}` → `{files: [{id, state, verdict, message}]}` for what has been sent.
 */
import { announce, ask, icon, make } from "../page.ts";
import { duration, say, size } from "../words.ts";
import { Looking } from "./upload-looking.ts";
import { row, showFindings, type ServerFile } from "./upload-rows.ts";
import { Sending } from "./upload-sending.ts";

const AT_ONCE = 2;
const MOST = 2000;
const PLACED_AT_ONCE = 10;
const LOOK_EVERY = 4000;
const SHOW_EVERY = 500;

interface Draft {
  id: number;
  number: string;
  title: string;
  open: string;
  page: string;
}

interface Placed {
  state: "matched" | "resume" | "there" | "several" | "double" | "none";
  why: string;
  draft: number | null;
}

interface Item {
  file: File;
  path: string;
  sending: Sending;
  place: HTMLElement;
  draft?: Draft;
  settled: boolean; // nothing is to be done with it: it is there already, or hopeless
  looked: boolean;
}

class ManyUploads {
  private readonly list: HTMLElement;
  private readonly sum: HTMLElement;
  private readonly looking: Looking;
  private readonly drafts = new Map<number, Draft>();
  private items: Item[] = [];
  private left = Infinity;
  private due = 0;
  private asking = false;

  constructor(private readonly element: HTMLElement) {
    this.list = element.querySelector<HTMLElement>(".uploads")!;
    this.sum = element.querySelector<HTMLElement>("[data-sum]")!;
    this.looking = new Looking(element.dataset.lookUrl!);
    for (const one of element.querySelectorAll<HTMLElement>("[data-without-script]")) one.hidden = true;
    for (const one of element.querySelectorAll<HTMLElement>("[data-with-script]")) one.hidden = false;
    for (const field of element.querySelectorAll<HTMLInputElement>("input[type=file]")) {
      field.addEventListener("change", () => {
        const files = [...(field.files ?? [])];
        field.value = "";
        void this.add(files);
      });
    }
    element.addEventListener("submit", (event) => event.preventDefault());
    this.on("[data-pause-all]", () => this.each(["sending", "waiting", "queued"], (one) => one.toggle()));
    this.on("[data-go-all]", () => this.each(["paused"], (one) => one.queue()));
    this.on("[data-send-held]", () => this.each(["held"], (one) => one.queue()));
    addEventListener("online", () => this.each(["waiting"], (one) => void one.start()));
    addEventListener("beforeunload", (event) => {
      if (this.items.some((item) => !item.settled && ["looking", "held", "queued", "sending", "waiting"].includes(item.sending.state))) event.preventDefault();
    });
    setInterval(() => void this.fare(), LOOK_EVERY);
  }

  private on(place: string, act: () => void): void {
    this.sum.querySelector(place)?.addEventListener("click", act);
  }

  private each(states: string[], act: (one: Sending) => void): void {
    for (const { sending } of this.items.filter((item) => !item.settled && states.includes(item.sending.state))) act(sending);
    this.next();
  }

  private async add(files: File[]): Promise<void> {
    const known = new Set(this.items.filter((item) => item.sending.state !== "refused").map((item) => `${item.path}:${item.file.size}:${item.file.lastModified}`));
    const media = files.filter((file) => !file.name.startsWith(".") && !/^(thumbs\.db|desktop\.ini)$/i.test(file.name));
    const fresh = media.filter((file) => !known.has(`${file.webkitRelativePath || file.name}:${file.size}:${file.lastModified}`));
    if (fresh.length < media.length) announce(say("这个文件已经在列表里"));
    if (fresh.length > MOST) announce(say("一次最多 {n} 个文件，请分几次选择", { n: MOST }));
    const items = fresh.slice(0, MOST).map((file) => this.item(file));
    this.items.push(...items);
    this.list.append(...items.map((item) => item.sending.row.element));
    this.show();
    await Promise.all(items.map((item) => item.sending.look(this.looking).then(() => { item.looked = true; this.show(); })));
    await this.placeAll(items.filter((item) => item.sending.state !== "refused"));
  }

  private item(file: File): Item {
    const path = file.webkitRelativePath || file.name;
    const line = row(file.name, file.size);
    const place = make("p", { class: "upload-place" });
    line.bar.before(place);
    const sending = new Sending(file, "");
    sending.row = line;
    sending.brief = true;
    line.toggle.onclick = () => {
      sending.toggle();
      this.next();
    };
    line.remove.hidden = false;
    line.remove.onclick = () => this.remove(item);
    sending.onChange = () => this.changed(item);
    const item: Item = { file, path, sending, place, settled: false, looked: false };
    return item;
  }

  /** Asks the platform which draft each file belongs to, all of them together so that doubles are seen. */
  private async placeAll(items: Item[]): Promise<void> {
    if (!items.length) return this.show();
    const body = JSON.stringify({ files: items.map(({ path, file, sending }) => ({ path, size: file.size, mark: sending.mark })) });
    const answer = await ask(this.element.dataset.placeUrl!, { method: "POST", headers: { "Content-Type": "application/json" }, body }).catch(() => null);
    if (!answer?.ok) {
      for (const { place } of items) place.textContent = say("网络断了，还没有对到资源");
      const again = make("button", { type: "button", class: "btn btn-sm" }, say("再试一次"));
      again.onclick = () => void this.placeAll(items);
      items[0]!.place.append(" ", again);
      return;
    }
    const said = (await answer.json()) as { files: Placed[]; drafts: Draft[]; left: number };
    this.left = said.left;
    for (const draft of said.drafts) this.drafts.set(draft.id, draft);
    this.element.querySelector("#sending_drafts")?.replaceChildren(...said.drafts.map((draft) => make("option", { value: label(draft) })));
    for (const [at, item] of items.entries()) {
      this.placed(item, said.files[at]!);
      if (at % PLACED_AT_ONCE === PLACED_AT_ONCE - 1) await new Promise((go) => setTimeout(go)); // the page stays at hand
    }
    const open = items.filter((item) => !item.draft && !item.settled).length;
    announce(say("{n} 个对上了，{open} 个要您选定资源", { n: items.length - open, open }));
    this.next();
  }

  private placed(item: Item, found: Placed): void {
    const draft = found.draft === null ? undefined : this.drafts.get(found.draft);
    if (found.state === "there" && draft) {
      item.settled = true;
      item.place.replaceChildren(icon("pass"), " ", link(draft), ` ${found.why}`);
      item.sending.row.bar.hidden = item.sending.row.toggle.hidden = true;
      item.sending.say("");
      this.show();
    } else if (draft && (found.state === "matched" || found.state === "resume")) {
      this.assign(item, draft, found.why);
      if (found.state === "resume" && item.sending.state === "held") item.sending.queue(); // whoever began it has said so
    } else this.choose(item, found.why);
  }

  private assign(item: Item, draft: Draft, why: string): void {
    const same = this.items.find((other) => other !== item && other.draft === draft && other.file.name === item.file.name && other.sending.state !== "refused");
    if (same) return this.choose(item, say("与“{path}”同名，已经对到《{title}》", { path: same.path, title: draft.title || draft.number }));
    item.draft = draft;
    item.sending.openUrl = draft.open;
    const other = make("button", { type: "button", class: "btn btn-sm btn-quiet" }, say("换一个资源"));
    other.onclick = () => {
      item.draft = undefined;
      this.choose(item, "");
    };
    other.hidden = item.sending.state !== "looking" && item.sending.state !== "held" && item.sending.state !== "queued";
    item.place.replaceChildren(link(draft), ` ${why} `, other);
    item.sending.row.toggle.hidden = false;
    this.next();
  }

  private choose(item: Item, why: string): void {
    const field = make("input", { class: "form-control", list: "sending_drafts", "aria-label": say("“{name}”传到哪个资源", { name: item.file.name }), placeholder: say("输入名称或资源ID，选一个资源") });
    field.onchange = () => {
      const draft = [...this.drafts.values()].find((one) => label(one) === field.value || one.number === field.value.trim());
      if (draft) this.assign(item, draft, say("由您选定"));
    };
    item.place.replaceChildren(icon("warn"), " ", why, field);
    item.sending.row.toggle.hidden = true;
    item.sending.say(say("选定资源后开始上传"));
    this.show();
  }

  private remove(item: Item): void {
    if (item.sending.state !== "refused" && !item.settled) item.sending.end();
    item.sending.row.element.remove();
    this.items = this.items.filter((other) => other !== item);
    this.next();
  }

  private changed(item: Item): void {
    if (item.sending.state !== "held" && item.sending.state !== "queued") item.place.querySelector("button")?.remove();
    this.next();
  }

  private next(): void {
    for (const item of this.items) {
      if (this.items.filter(({ sending }) => sending.state === "sending").length >= AT_ONCE) break;
      if (item.draft && !item.settled && item.sending.state === "queued") void item.sending.start();
    }
    this.show();
  }

  /** What all of them together have come to; at most twice a second. */
  private show(): void {
    if (this.due) return;
    this.due = setTimeout(() => {
      this.due = 0;
      this.showNow();
      if (this.items.some(({ sending }) => sending.state === "sending")) this.show();
    }, SHOW_EVERY) as unknown as number;
  }

  private showNow(): void {
    const count = (...states: string[]) => this.items.filter((item) => !item.settled && states.includes(item.sending.state)).length;
    const going = this.items.filter((item) => !item.settled && item.draft && !["held", "refused", "looking"].includes(item.sending.state));
    const all = going.reduce((bytes, item) => bytes + item.file.size, 0);
    const sent = going.reduce((bytes, item) => bytes + item.sending.bytes, 0);
    const speed = going.reduce((bytes, item) => bytes + item.sending.speed, 0);
    const parts: [string, number][] = [
      [say("已传完"), count("sent")], [say("正在传"), count("sending")], [say("等待"), count("queued", "waiting")], [say("暂停"), count("paused")],
      [say("正在查看"), count("looking")], [say("不合标准、没有传"), count("held")], [say("不能传"), count("refused")],
      [say("已经在资源里"), this.items.filter((item) => item.settled).length],
      [say("要您选定资源"), this.items.filter((item) => !item.draft && !item.settled && item.looked && item.sending.state !== "refused").length],
    ];
    const find = <T extends HTMLElement>(place: string) => this.sum.querySelector<T>(place)!;
    this.sum.hidden = !this.items.length;
    find("[data-said]").textContent = [say("共 {n} 个文件", { n: this.items.length }), ...parts.filter(([, n]) => n).map(([word, n]) => `${word} ${n}`)].join(" · ");
    find<HTMLProgressElement>("progress").value = all ? (sent / all) * 100 : 0;
    find("[data-left]").textContent = all ? say("{percent}% · {sent} / {all}", { percent: Math.floor((sent / all) * 100), sent: size(sent), all: size(all) }) : "";
    find("[data-right]").textContent = speed ? say("{speed}/秒 · 还要 {time}", { speed: size(speed), time: duration((all - sent) / speed) }) : "";
    find("[data-pause-all]").hidden = !count("sending", "waiting", "queued");
    find("[data-go-all]").hidden = !count("paused");
    find("[data-send-held]").hidden = !count("held");
    const waiting = going.filter((item) => !item.sending.id).reduce((bytes, item) => bytes + item.file.size, 0);
    const room = find("[data-room]");
    room.hidden = waiting <= this.left;
    if (!room.hidden) room.textContent = say("这些文件还要 {need}，单位只剩 {left}，后面的传不进去。请先腾出空间或请运营单位增加配额。", { need: size(waiting), left: size(this.left) });
  }

  /** How what was sent fares, until each has its verdict. */
  private async fare(): Promise<void> {
    const open = this.items.filter((item) => !item.settled && item.sending.state === "sent" && item.sending.id && !item.sending.row.element.dataset.fared);
    if (!open.length || this.asking || document.hidden) return;
    this.asking = true;
    const body = JSON.stringify({ files: open.map((item) => ({ id: item.sending.id })) });
    const answer = await ask(this.element.dataset.statesUrl!, { method: "POST", headers: { "Content-Type": "application/json" }, body }).catch(() => null);
    this.asking = false;
    if (!answer?.ok) return;
    const { files } = (await answer.json()) as { files: ServerFile[] };
    for (const file of files) {
      const item = open.find((one) => one.sending.id === String(file.id));
      if (!item || file.state === "uploading") continue;
      if (!showFindings(item.sending.row, { ...file, name: item.file.name, size: item.file.size })) item.sending.row.element.dataset.fared = "yes";
    }
  }
}

const label = (draft: Draft): string => `${draft.title || "—"}（${draft.number}）`;
const link = (draft: Draft): HTMLAnchorElement => make("a", { href: draft.page, target: "_blank" }, draft.title || draft.number);

export default (element: HTMLElement): void => void new ManyUploads(element);
