/**
 * Filters send themselves when a choice changes; typed text waits for Enter. Empty fields stay out of the address.
 * A `<details class="filters">` around them is open on a wide screen and folded on a phone.
 */

export default function filters(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  const fold = form.closest<HTMLDetailsElement>("details.filters");
  if (fold && matchMedia("(min-width: 900px)").matches) fold.open = true;
  for (const button of form.querySelectorAll<HTMLElement>("button:not([name])")) {
    if (!form.querySelector("input[type=text], input[type=search], input:not([type])")) button.hidden = true;
  }
  form.addEventListener("change", (event) => {
    const field = event.target as HTMLElement;
    if (field.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) form.requestSubmit();
  });
  // Back to a page that was kept whole: what is ticked is what the address says, not what was ticked on leaving.
  addEventListener("pageshow", (event) => event.persisted && form.reset());
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData.entries()]) {
      if (value === "" && event.formData.getAll(name).length === 1) event.formData.delete(name);
    }
  });
}
