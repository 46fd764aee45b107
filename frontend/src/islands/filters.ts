/** Filters send themselves when a choice changes; typed text waits for Enter. Empty fields stay out of the address. */

export default function filters(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  for (const button of form.querySelectorAll<HTMLElement>("button:not([name])")) {
    if (!form.querySelector("input[type=text], input[type=search], input:not([type])")) button.hidden = true;
  }
  form.addEventListener("change", (event) => {
    const field = event.target as HTMLElement;
    if (field.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) form.requestSubmit();
  });
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData.entries()]) {
      if (value === "" && event.formData.getAll(name).length === 1) event.formData.delete(name);
    }
  });
}
