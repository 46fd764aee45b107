/** A button with `data-confirm` asks in a dialog before its form is sent. Without a script the form is simply sent. */
import { make } from "./page.ts";
import { say } from "./words.ts";

/** Asks in a dialog; "no" has the focus. */
export function agreed(question: string, yes: string, danger: boolean): Promise<boolean> {
  const before = document.activeElement as HTMLElement | null;
  const dialog = make(
    "dialog",
    { "aria-labelledby": "ask-first" },
    make(
      "form",
      { method: "dialog" },
      make("h2", { id: "ask-first" }, question),
      make("div", { class: "actions" }, make("button", { class: "btn", value: "no", autofocus: true }, say("取消")), make("button", { class: `btn ${danger ? "btn-danger" : "btn-primary"}`, value: "yes" }, yes)),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((answer) =>
    dialog.addEventListener("close", () => {
      dialog.remove();
      before?.focus();
      answer(dialog.returnValue === "yes");
    }),
  );
}

/** Asks what `data-confirm` says; on "yes" the form is sent by the same button. */
export async function askFirst(form: HTMLFormElement, button: HTMLElement): Promise<void> {
  const question = button.dataset.confirm ?? form.dataset.confirm!;
  if (!(await agreed(question, button.textContent?.trim() || say("确定"), button.classList.contains("btn-danger")))) return;
  button.dataset.agreed = "";
  form.requestSubmit(button);
}
