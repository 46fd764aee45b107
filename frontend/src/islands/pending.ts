/** `[data-island=pending][data-person]`: a page that shows and sends on what was decided and not yet acknowledged (../pending.ts). */
import { Pending } from "../pending.ts";

export default (element: HTMLElement): void => void Pending.of(element.dataset.person!);
