/** A `<details open>` that is folded where the screen is small, so that what it filters comes first. */

export default function foldSmall(element: HTMLElement): void {
  if (matchMedia("(max-width: 899px)").matches && !element.querySelector(":focus")) (element as HTMLDetailsElement).open = false;
}
