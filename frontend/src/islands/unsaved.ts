/** Warns before a page with changed fields is left. A form that is being sent, or that autosave has saved, is clean. */

export default function unsaved(form: HTMLElement): void {
  let dirty = false;
  form.addEventListener("input", () => (dirty = true));
  form.addEventListener("submit", () => (dirty = false));
  form.addEventListener("autosave:saved", () => (dirty = false));
  addEventListener("beforeunload", (event) => {
    if (dirty && form.isConnected) event.preventDefault();
  });
}
