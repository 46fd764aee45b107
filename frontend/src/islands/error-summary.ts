/** The list of what must be mended takes the focus when the page opens; its links lead into the field itself. */

export default function errorSummary(summary: HTMLElement): void {
  summary.focus({ preventScroll: false });
  summary.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>('a[href^="#"]');
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    const control = field.matches("input, select, textarea") ? field : field.querySelector<HTMLElement>("input, select, textarea");
    (control ?? field).focus();
    (control ?? field).scrollIntoView({ block: "center" });
  });
}
