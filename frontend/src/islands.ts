/** Every island is a module of its own, fetched only by pages that carry its mark: `data-island="player"`. */

export type Island = (element: HTMLElement) => void;

const islands: Record<string, () => Promise<{ default: Island }>> = {
};

const attached = new WeakSet<Element>();

/** Attaches what is marked inside `root` (a page, or a fragment that has just been put into it), each element once. */
export function attachIslands(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-island]")) {
    if (attached.has(element)) continue;
    attached.add(element);
    for (const name of element.dataset.island!.split(" ")) {
      islands[name]?.().then((island) => island.default(element), (error) => console.error(name, error));
    }
  }
}
