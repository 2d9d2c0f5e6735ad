// Makes the desk quick: keys, focus that follows what changed, and no form sent twice. Everything works without it.
const one = (which, within = document) => within.querySelector(which);
const all = (which, within = document) => [...within.querySelectorAll(which)];
const isTyping = (element) => element.matches("input:not([type=checkbox],[type=radio]), textarea, select, [contenteditable]");
function say(words) {
  const region = one("#says");
  if (!region || !words) return;
  region.textContent = "";
  setTimeout(() => { region.textContent = words; }, 60); // an emptied region is read out again
}

// Keys. Whatever on the page has data-key="x" is pressed, or entered, by that key.
const ROWS = "[data-rows] [data-row]", keys = one("#keys"), keysSwitch = one("#keys-on"), showKeys = one("[data-keys]");
function moveAlongRows(step) {
  const links = all(ROWS), at = links.indexOf(document.activeElement), last = links.length - 1;
  const next = links[at < 0 ? (step > 0 ? 0 : last) : Math.min(Math.max(at + step, 0), last)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
function listKeys() {
  const words = all("[data-key]").map(({ dataset, textContent }) => [dataset.key, dataset.keyWords || textContent.trim()]);
  if (one(ROWS)) words.push(["j / k", "Next and previous line"], ["Enter", "Open the line"]);
  one("dl", keys).replaceChildren(...[...words, ["?", "Show these keys"]].flatMap(([key, meaning]) => {
    const [term, pressed, description] = ["dt", "kbd", "dd"].map((name) => document.createElement(name));
    [pressed.textContent, description.textContent] = [key, meaning];
    term.append(pressed);
    return [term, description];
  }));
  keys.showModal();
}
const keysAreOn = () => localStorage.getItem("keys") !== "off"; // speech input presses them by accident (WCAG 2.1.4)
if (showKeys && keysSwitch) {
  showKeys.hidden = false;
  showKeys.addEventListener("click", listKeys);
  keysSwitch.checked = keysAreOn();
  keysSwitch.addEventListener("change", () => localStorage.setItem("keys", keysSwitch.checked ? "on" : "off"));
}
function press(key) {
  const element = one(`[data-key="${CSS.escape(key)}"]`);
  if (key === "j" || key === "k") moveAlongRows(key === "j" ? 1 : -1);
  else if (key === "?" && keys) listKeys();
  else if (!element) return false;
  else if (isTyping(element)) (element.focus(), element.select?.());
  else element.click();
  return true;
}
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && document.activeElement?.dataset.key === "/") document.activeElement.blur();
  if (!keysAreOn() || isTyping(event.target) || one("dialog[open]")) return;
  if (press(event.key)) event.preventDefault();
});

// What is typed into a form that asks for it is kept at the desk within a second, so that a closed tab loses nothing.
const waiting = new Map(); // form → the timer of its next keeping
const settle = (form) => (clearTimeout(waiting.get(form)), waiting.delete(form));
function keep(form) {
  settle(form);
  const typed = new FormData(form);
  typed.delete("idempotency_key");
  fetch("/desk/drafts", { method: "POST", body: new URLSearchParams(typed), keepalive: true }).catch(() => {});
}
document.addEventListener("input", ({ target }) => {
  const form = target.closest("form[data-draft]");
  if (form) settle(form), waiting.set(form, setTimeout(keep, 800, form));
});
document.addEventListener("visibilitychange", () => document.hidden && [...waiting.keys()].forEach(keep));

// The menu closes when the reader turns elsewhere.
function closeMenu({ type, key, target }) {
  const menu = one(".bar__more[open]");
  if (!menu || (type === "click" ? menu.contains(target) : key !== "Escape")) return;
  menu.open = false;
  if (key) one("summary", menu).focus();
}
for (const deed of ["click", "keydown"]) document.addEventListener(deed, closeMenu);

// No form twice: the server refuses a repeat anyway, this only spares the wait.
function open(form) {
  delete form.dataset.sent;
  for (const button of all("button[aria-disabled=true]", form)) button.removeAttribute("aria-disabled");
}
document.addEventListener("submit", (event) => {
  const form = event.target;
  settle(form);
  if (form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault(), event.stopImmediatePropagation();
  form.dataset.sent = "yes";
  for (const button of all("button", form)) button.setAttribute("aria-disabled", "true");
}, true);
document.addEventListener("htmx:finally:request", ({ detail }) => {
  const form = detail.ctx?.sourceElement?.closest?.("form");
  if (form) open(form);
});
window.addEventListener("pageshow", ({ persisted }) => { // after sign-out Back must show nothing: no page kept is shown
  if (persisted && document.body.classList.contains("desk")) location.reload();
  else all("form[data-sent]").forEach(open);
});

// Focus goes to what is wrong, or to what changed when it would otherwise be lost.
function focusOn(element) {
  if (element && !element.matches("a, button, input, select, textarea, [tabindex]")) element.tabIndex = -1;
  element?.focus();
}
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const fresh = ctx?.target?.id ? document.getElementById(ctx.target.id) : ctx?.target;
  const wrong = fresh?.querySelector?.(".govuk-error-summary");
  if (wrong) focusOn(wrong);
  else if (document.activeElement === document.body) focusOn(fresh?.querySelector?.("[data-focus]") || fresh);
  const told = one("#flash [data-words]") || fresh?.querySelector?.("[data-says]");
  say(told?.dataset.words || told?.dataset.says);
});
function cannotReach({ detail }) { // a trouble the desk itself reports comes with its own words and replaces these
  const { sourceElement, response } = detail.ctx ?? {}, place = one("#flash"), model = one("#cannot-reach");
  if (sourceElement?.hasAttribute("data-quiet") || (response && response.status < 500)) return;
  if (place && model) place.replaceChildren(model.content.cloneNode(true));
  say(place && one("[data-words]", place)?.dataset.words);
}
for (const trouble of ["htmx:error", "htmx:response:error"]) document.addEventListener(trouble, cannotReach);
focusOn(one(".govuk-error-summary"));
