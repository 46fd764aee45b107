/** A button that copies `data-copy`, or the text of the element named by `data-copy-from`. */
import { announce } from "../page.ts";
import { say } from "../words.ts";

export default function copy(button: HTMLElement): void {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = button.dataset.copyFrom ? document.querySelector<HTMLElement>(button.dataset.copyFrom) : null;
    const text = button.dataset.copy ?? (source instanceof HTMLInputElement ? source.value : source?.innerText) ?? "";
    const before = button.innerHTML;
    try {
      await navigator.clipboard.writeText(text.trim());
      button.textContent = say("已复制");
    } catch {
      button.textContent = say("没能复制，请手动选中");
    }
    announce(button.textContent);
    setTimeout(() => (button.innerHTML = before), 2500);
  });
}
