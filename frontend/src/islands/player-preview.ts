/** What stands at a second, shown above the bar while a pointer or a finger is on it. `data-sprite` says how the sheet is laid out. */
import { make } from "../page.ts";
import { clock } from "../words.ts";

interface Sheet {
  src: string;
  every_s: number;
  count: number;
  columns: number;
  width: number;
  height: number;
}

export class Preview {
  private readonly sheet: Sheet | undefined;
  private readonly time = make("span", {});
  private readonly box = make("div", { class: "player-preview", hidden: true, "aria-hidden": true }, this.time);
  private picture: HTMLElement | undefined;

  constructor(shell: HTMLElement, private readonly bar: HTMLInputElement, private readonly length: () => number) {
    try {
      this.sheet = JSON.parse(shell.dataset.sprite ?? "null") ?? undefined;
    } catch {
      this.sheet = undefined;
    }
    bar.parentElement!.append(this.box);
    bar.addEventListener("pointermove", (event) => this.show(event.clientX));
    for (const name of ["pointerleave", "pointercancel", "blur"]) bar.addEventListener(name, () => (this.box.hidden = true));
  }

  private show(x: number): void {
    const { left, width } = this.bar.getBoundingClientRect();
    const part = Math.min(1, Math.max(0, (x - left) / (width || 1)));
    if (!this.length()) return;
    this.box.hidden = false;
    this.time.textContent = clock(part * this.length());
    if (this.sheet) this.draw(this.sheet, part * this.length());
    const half = this.box.offsetWidth / 2;
    this.box.style.left = `${Math.min(Math.max(part * width, half), width - half)}px`;
  }

  /** The sheet is fetched when it is first looked for, not before. */
  private draw(sheet: Sheet, second: number): void {
    if (!this.picture) {
      this.picture = make("div", { class: "player-preview-picture" });
      this.picture.style.cssText = `width:${sheet.width}px;height:${sheet.height}px`;
      this.picture.style.backgroundImage = `url("${sheet.src}")`;
      this.box.prepend(this.picture);
    }
    const place = Math.min(sheet.count - 1, Math.floor(second / sheet.every_s));
    const [row, column] = [Math.floor(place / sheet.columns), place % sheet.columns];
    this.picture.style.backgroundPosition = `-${column * sheet.width}px -${row * sheet.height}px`;
  }
}
