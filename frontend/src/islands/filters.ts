/**
 * Filters send themselves when a choice changes; typed text waits for Enter. Empty fields stay out of the address.
 * Who chose by keyboard finds the focus on the same choice of the page that follows. A `<details class="filters">` around them is open on a wide screen and folded on a phone.
 */
import { memory } from "../page.ts";

const CHOSEN = "filter-chosen";
const JUST_NOW_MS = 20_000;

export default function filters(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  const fold = form.closest<HTMLDetailsElement>("details.filters");
  if (fold && matchMedia("(min-width: 900px)").matches) fold.open = true;
  for (const button of form.querySelectorAll<HTMLElement>("button:not([name])")) {
    if (!form.querySelector("input[type=text], input[type=search], input:not([type])")) button.hidden = true;
  }
  form.addEventListener("change", (event) => {
    const field = event.target as HTMLElement;
    if (!field.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) return;
    const { name, value } = field as HTMLInputElement;
    if (field.matches(":focus-visible")) memory.set(CHOSEN, [name, value, Date.now()]);
    form.requestSubmit();
  });
  // Back to a page that was kept whole: what is ticked is what the address says, not what was ticked on leaving.
  addEventListener("pageshow", (event) => event.persisted && form.reset());
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData.entries()]) {
      if (value === "" && event.formData.getAll(name).length === 1) event.formData.delete(name);
    }
  });
  focusChosen(form);
}

function focusChosen(form: HTMLFormElement): void {
  const chosen = memory.get<[string, string, number]>(CHOSEN);
  memory.drop(CHOSEN);
  if (!chosen || Date.now() - chosen[2] > JUST_NOW_MS) return;
  const field = ([...form.elements] as HTMLInputElement[]).find((one) => one.name === chosen[0] && one.value === chosen[1]);
  for (let fold = field?.closest("details"); fold; fold = fold.parentElement?.closest("details")) fold.open = true;
  field?.focus();
}
