// Says five minutes before that a session is about to end. What is being typed is kept for its person when it does.
// Without this script nothing is lost either: the service keeps a form that is sent after its session ended.

const dialog = document.querySelector("dialog[data-idle]");
const LAST = "dardr-last-request";
const EVERY = 1000;
const KEPT_BEFORE = 20;

function minutes(seconds) {
  const whole = Math.max(1, Math.ceil(seconds / 60));
  return whole === 1 ? "1 minute" : `${whole} minutes`;
}

function start() {
  const idle = Number(dialog.dataset.idle);
  const warned = Number(dialog.dataset.warned);
  const loaded = Date.now();
  const longest = loaded + Number(dialog.dataset.left) * 1000;
  const text = dialog.querySelector("#idle-text");
  const typed = new Set();
  let last = loaded;
  let kept = false;
  let said = "";
  let ticking = 0;

  // Another tab of the same person counts too.
  function seen() {
    last = Date.now();
    try { localStorage.setItem(LAST, String(last)); } catch { /* private windows keep nothing */ }
  }

  function ends() {
    try { last = Math.max(last, Math.min(Date.now(), Number(localStorage.getItem(LAST)) || 0)); } catch { /* as above */ }
    return Math.min(last + idle * 1000, longest);
  }

  function post(address, body) {
    body.set("csrf_token", dialog.dataset.token);
    return fetch(address, { method: "POST", body, credentials: "same-origin", redirect: "manual" });
  }

  async function stay() {
    dialog.close();
    const answer = await post(dialog.dataset.stay, new FormData()).catch(() => null);
    if (answer && answer.ok) {
      seen();
      kept = false;
    }
  }

  async function keep() {
    kept = true;
    for (const form of typed) {
      const body = new FormData(form);
      for (const [name, value] of [...body]) {
        if (value instanceof File) body.delete(name);
      }
      body.set("_page", location.pathname + location.search);
      body.set("_action", new URL(form.action || location.href, location.href).pathname);
      await post(dialog.dataset.keep, body).catch(() => null);
    }
  }

  function say(sentence) {
    if (sentence !== said) text.textContent = said = sentence;
  }

  async function tick() {
    const left = (ends() - Date.now()) / 1000;
    if (left > warned) {
      if (dialog.open) dialog.close();
      kept = false;
      return;
    }
    if (left <= KEPT_BEFORE && !kept) await keep();
    if (left < -2) {
      // Nothing of a case stays on a screen that was left: the form is kept, and shown again after signing in.
      clearInterval(ticking);
      location.assign(typed.size ? dialog.dataset.kept : `${dialog.dataset.again}?next=${encodeURIComponent(location.pathname + location.search)}`);
      return;
    }
    say(`In ${minutes(left)} you will be signed out, because nothing was done on this page for a while. ` +
      (typed.size ? "What you typed will be kept for you." : "Nothing is lost."));
    if (!dialog.open) dialog.showModal();
  }

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && (form.method || "").toLowerCase() === "post") typed.add(form);
  });
  document.addEventListener("submit", (event) => typed.delete(event.target));
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); stay(); });
  dialog.querySelector("[data-idle-stay]").addEventListener("click", stay);
  seen();
  ticking = setInterval(tick, EVERY);
}

if (dialog && typeof dialog.showModal === "function") start();
