/* Shows what needs a passkey only where the browser can do it, and says so when the device gave none. */

if (window.PublicKeyCredential) {
  for (const button of document.querySelectorAll("[data-passkey]")) button.hidden = false;
}

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const notice of document.querySelectorAll("[data-passkey-error]")) {
    notice.textContent = notice.dataset.passkeyError;
    notice.hidden = false;
  }
});
