/** Every island is a module of its own, fetched only by pages that carry its mark: `data-island="player"`. */

export type Island = (element: HTMLElement) => void;

const islands: Record<string, () => Promise<{ default: Island }>> = {
  autosave: () => import("./islands/autosave.ts"),
  bulk: () => import("./islands/bulk.ts"),
  copy: () => import("./islands/copy.ts"),
  decide: () => import("./islands/decide.ts"),
  drop: () => import("./islands/drop.ts"),
  elder: () => import("./islands/elder.ts"),
  "error-summary": () => import("./islands/error-summary.ts"),
  filters: () => import("./islands/filters.ts"),
  "keep-place": () => import("./islands/keep-place.ts"),
  keys: () => import("./islands/keys.ts"),
  "many-uploads": () => import("./islands/many-uploads.ts"),
  menu: () => import("./islands/menu.ts"),
  notes: () => import("./islands/notes.ts"),
  passkey: () => import("./islands/passkey.ts"),
  pending: () => import("./islands/pending.ts"),
  "play-at": () => import("./islands/play-at.ts"),
  player: () => import("./islands/player.ts"),
  print: () => import("./islands/print.ts"),
  refresh: () => import("./islands/refresh.ts"),
  "search-suggest": () => import("./islands/search-suggest.ts"),
  tabs: () => import("./islands/tabs.ts"),
  transcript: () => import("./islands/transcript.ts"),
  unsaved: () => import("./islands/unsaved.ts"),
  upload: () => import("./islands/upload.ts"),
  use: () => import("./islands/use.ts"),
};

const attached = new WeakSet<Element>();

/** Attaches what is marked inside `root` (a page, or a fragment that has just been put into it), each element once. */
export function attachIslands(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-island]")) {
    if (attached.has(element)) continue;
    attached.add(element);
    for (const name of element.dataset.island!.split(" ")) {
      islands[name]?.().then(
        (island) => {
          island.default(element);
          element.dataset.attached = `${element.dataset.attached ?? ""} ${name}`.trim();
          tellTyped(element);
        },
        (error) => console.error(name, error),
      );
    }
  }
}

/** Who types, ticks or chooses files while the module is still on its way is heard too: the field in hand says once more that it was changed. */
function tellTyped(element: HTMLElement): void {
  for (const field of element.querySelectorAll<HTMLInputElement>("input[type=file]")) {
    if (field.files?.length) field.dispatchEvent(new Event("change", { bubbles: true }));
  }
  const field = document.activeElement;
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) || !element.contains(field)) return;
  const ticked = field instanceof HTMLInputElement && field.checked !== field.defaultChecked;
  if (ticked || field.value !== field.defaultValue) field.dispatchEvent(new Event(ticked ? "change" : "input", { bubbles: true }));
}
