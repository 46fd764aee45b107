/** Says in words, beside the button, what came of a passkey that was not used; the library tells it to the console alone. */
export default function passkey(words: HTMLElement): void {
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    words.hidden = false;
  });
}
