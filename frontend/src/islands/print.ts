/** A button that prints the page; it shows itself where there is a list. */
export default function print(button: HTMLElement): void {
  if (!document.querySelector(".table-wrap, .missing-list")) return;
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
