/** Who goes by keyboard and comes back finds the focus on the link that was followed, not at the top of the page. */

interface State {
  followed?: string;
}

export function rememberFollowed(): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest?.<HTMLAnchorElement>("main a[href]");
    if (!link?.matches(":focus-visible") || event.defaultPrevented) return;
    history.replaceState({ ...(history.state as State | null), followed: link.getAttribute("href") }, "");
  });
  const followed = (history.state as State | null)?.followed;
  if (!followed || document.activeElement !== document.body) return;
  [...document.querySelectorAll<HTMLAnchorElement>("main a[href]")].find((link) => link.getAttribute("href") === followed)?.focus();
}
