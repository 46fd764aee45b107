/**
 * Many rows at once. The form holds `[data-all]` (tick all), row ticks (`.tick input[type=checkbox][name]`) and `[data-bulk]`,
 * the bar with an `<output>`: it appears with the first tick and counts. Shift-click ticks everything between.
 */
import { say } from "../words.ts";

export default function bulk(form: HTMLElement): void {
  const all = form.querySelector<HTMLInputElement>("[data-all]");
  const bar = form.querySelector<HTMLElement>("[data-bulk]");
  const ticks = () => [...form.querySelectorAll<HTMLInputElement>(".tick input[type=checkbox][name]:not(:disabled)")];
  let last: HTMLInputElement | undefined;

  const show = () => {
    const chosen = ticks().filter((tick) => tick.checked).length;
    if (all) {
      all.checked = chosen > 0 && chosen === ticks().length;
      all.indeterminate = chosen > 0 && !all.checked;
    }
    if (!bar) return;
    bar.hidden = chosen === 0;
    const output = bar.querySelector("output");
    if (output) output.textContent = chosen ? say("已选 {n} 件", { n: chosen }) : say("未选");
  };

  form.addEventListener("click", (event) => {
    const tick = event.target;
    if (!(tick instanceof HTMLInputElement) || !ticks().includes(tick)) return;
    if ((event as MouseEvent).shiftKey && last) {
      const rows = ticks();
      const [from, to] = [rows.indexOf(last), rows.indexOf(tick)].sort((a, b) => a - b) as [number, number];
      for (const row of rows.slice(from, to + 1)) row.checked = tick.checked;
    }
    last = tick;
  });
  form.addEventListener("change", (event) => {
    if (event.target === all) for (const tick of ticks()) tick.checked = all!.checked;
    show();
  });
  addEventListener("pageshow", show);
  show();
}
