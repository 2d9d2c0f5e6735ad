// Makes the desk quick: keys, focus that follows what changed, and no form sent twice. Everything works without it.
const announcer = () => document.getElementById("says");
const isTyping = (element) => element.matches("input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable]");
const rowLinks = () => [...document.querySelectorAll("[data-rows] [data-row]")];

function say(words) {
  const region = announcer();
  if (!region || !words) return;
  region.textContent = "";
  setTimeout(() => { region.textContent = words; }, 60); // an emptied region is read out again
}

// Keys. Whatever on the page has data-key="x" is pressed, or entered, by that key.
function moveAlongRows(step) {
  const links = rowLinks();
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + step, 0), links.length - 1);
  links[next].focus();
  links[next].scrollIntoView({ block: "nearest" });
}

function listKeys(dialog) {
  const words = [...document.querySelectorAll("[data-key]")].map((element) => [
    element.dataset.key, element.dataset.keyWords || element.textContent.trim()]);
  if (rowLinks().length) words.push(["j / k", "Next and previous line"], ["Enter", "Open the line"]);
  words.push(["?", "Show these keys"]);
  const list = dialog.querySelector("dl");
  list.replaceChildren(...words.flatMap(([key, meaning]) => {
    const term = document.createElement("dt"), description = document.createElement("dd");
    term.append(Object.assign(document.createElement("kbd"), { textContent: key }));
    description.textContent = meaning;
    return [term, description];
  }));
  dialog.showModal();
}

// Single keys can be switched off, since speech input presses them by accident (WCAG 2.1.4).
const keysAreOn = () => localStorage.getItem("keys") !== "off";
const showKeys = document.querySelector("[data-keys]");
const keysSwitch = document.getElementById("keys-on");
if (showKeys && keysSwitch) {
  showKeys.hidden = false;
  showKeys.addEventListener("click", () => listKeys(document.getElementById("keys")));
  keysSwitch.checked = keysAreOn();
  keysSwitch.addEventListener("change", () => localStorage.setItem("keys", keysSwitch.checked ? "on" : "off"));
}

function press(key) {
  if (key === "j" || key === "k") return moveAlongRows(key === "j" ? 1 : -1) ?? true;
  const dialog = document.getElementById("keys");
  if (key === "?" && dialog) return listKeys(dialog) ?? true;
  const element = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!element) return false;
  if (isTyping(element)) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && document.activeElement?.dataset.key === "/") document.activeElement.blur();
  if (!keysAreOn() || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (press(event.key)) event.preventDefault();
});

// What is typed into a form that asks for it is kept at the desk within a second, so that a closed tab loses nothing.
const kept = new Map();   // form → the timer of its next keeping

function keep(form) {
  clearTimeout(kept.get(form));
  kept.delete(form);
  const typed = new FormData(form);
  typed.delete("idempotency_key");
  fetch("/desk/drafts", { method: "POST", body: new URLSearchParams(typed), keepalive: true }).catch(() => {});
}
document.addEventListener("input", ({ target }) => {
  const form = target.closest("form[data-draft]");
  if (!form) return;
  clearTimeout(kept.get(form));
  kept.set(form, setTimeout(keep, 800, form));
});
document.addEventListener("submit", ({ target }) => {
  clearTimeout(kept.get(target));
  kept.delete(target);
}, true);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") for (const form of kept.keys()) keep(form);
});

// The menu closes when the reader turns elsewhere.
function closeMenu(event) {
  const menu = document.querySelector(".bar__more[open]");
  if (!menu || (event.type === "click" && menu.contains(event.target)) || (event.key && event.key !== "Escape")) return;
  menu.open = false;
  if (event.key) menu.querySelector("summary").focus();
}
document.addEventListener("click", closeMenu);
document.addEventListener("keydown", closeMenu);

// No form twice: the server refuses a repeat anyway, this only spares the wait.
function open(form) {
  delete form.dataset.sent;
  form.querySelectorAll("button[aria-disabled=true]").forEach((button) => button.removeAttribute("aria-disabled"));
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sent = "yes";
  form.querySelectorAll("button").forEach((button) => button.setAttribute("aria-disabled", "true"));
}, true);

document.addEventListener("htmx:finally:request", (event) => {
  const form = event.detail.ctx?.sourceElement?.closest?.("form");
  if (form) open(form);
});

// A page the browser kept is loaded afresh: after sign-out Back must show nothing.
window.addEventListener("pageshow", (event) => {
  if (event.persisted && document.body.classList.contains("desk")) location.reload();
  else document.querySelectorAll("form[data-sent]").forEach(open);
});

// Focus goes to what is wrong, or to what changed when it would otherwise be lost.
function focusOn(element) {
  if (!element) return;
  if (!element.matches("a, button, input, select, textarea, [tabindex]")) element.tabIndex = -1;
  element.focus({ preventScroll: false });
}

document.addEventListener("htmx:after:swap", (event) => {
  const target = event.detail.ctx?.target;
  const fresh = target?.id ? document.getElementById(target.id) : target;
  const wrong = fresh?.querySelector?.(".govuk-error-summary");
  if (wrong) focusOn(wrong);
  else if (document.activeElement === document.body) focusOn(fresh?.querySelector?.("[data-focus]") || fresh);
  const told = document.querySelector("#flash [data-words]") || fresh?.querySelector?.("[data-says]");
  say(told?.dataset.words || told?.dataset.says);
});

// A trouble the desk itself reports comes with its own words and replaces these.
function cannotReach(event) {
  const { sourceElement, response } = event.detail.ctx ?? {};
  if (sourceElement?.hasAttribute("data-quiet") || (response && response.status < 500)) return;
  const place = document.getElementById("flash");
  const model = document.getElementById("cannot-reach");
  if (place && model) place.replaceChildren(model.content.cloneNode(true));
  say(place?.querySelector("[data-words]")?.dataset.words);
}
document.addEventListener("htmx:error", cannotReach);
document.addEventListener("htmx:response:error", cannotReach);

focusOn(document.querySelector(".govuk-error-summary"));
