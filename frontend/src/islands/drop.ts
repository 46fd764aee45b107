/** A place to drop files on: they go into the file field inside it, as if they had been chosen there. */

export default function drop(place: HTMLElement): void {
  const field = place.querySelector<HTMLInputElement>("input[type=file]");
  if (!field) return;
  const mark = (on: boolean) => place.classList.toggle("drop-over", on);
  place.addEventListener("dragover", (event) => {
    event.preventDefault();
    mark(true);
  });
  place.addEventListener("dragleave", () => mark(false));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    const dropped = [...(event.dataTransfer?.files ?? [])];
    if (!dropped.length) return;
    const list = new DataTransfer();
    for (const file of field.multiple ? dropped : dropped.slice(0, 1)) list.items.add(file);
    field.files = list.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
