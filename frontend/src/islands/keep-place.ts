/** A long list that scrolls inside itself opens where its current entry is, and where one left it. */

export default function keepPlace(list: HTMLElement): void {
  const current = list.querySelector<HTMLElement>("[aria-current]");
  if (current && list.scrollHeight > list.clientHeight) list.scrollTop = current.offsetTop - list.offsetTop - list.clientHeight / 3;
}
