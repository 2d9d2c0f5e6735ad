// Keeps today's visits and unsent logs on this phone, encrypted, and sends each log once when there is signal.
const HOME = "/desk/my-visits", OUT = "/desk/sign-out";
const queue = document.querySelector("[data-queue]"), shell = document.querySelector("[data-shell]");
const out = document.querySelector(`form[action="${OUT}"]`), who = { csrf: out?.elements.csrf?.value, ...out?.dataset };
const refused = new Map(); // id of a log → what the desk said to it
let lock = {}, line, sending, typing; // `lock`: the key of whoever's phone this is

// The phone's storage. A deed is done when it has reached the disk.
const opened = new Promise((done) => {
  const asked = indexedDB.open("visits", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("kept", { keyPath: "id" });
  asked.onsuccess = () => done(asked.result);
});
const kept = (deed) => opened.then((storage) => new Promise((done, fail) => {
  const transaction = storage.transaction("kept", "readwrite", { durability: "strict" });
  const asked = deed(transaction.objectStore("kept"));
  Object.assign(transaction, { oncomplete: () => done(asked.result), onabort: () => fail(transaction.error) });
}));
const all = () => kept((store) => store.getAll()), keep = (one) => kept((store) => store.put(one));
const forget = (which) => kept((store) => Object.assign(store.getAll(), {
  onsuccess: ({ target }) => target.result.filter(which).forEach(({ id }) => store.delete(id)) }));
const isReadable = ({ kind }) => kind === "lock" || kind === "page"; // what goes when its time is over
async function seal(id, kind, value, draft = false) {
  const iv = crypto.getRandomValues(new Uint8Array(12)), plain = new TextEncoder().encode(JSON.stringify(value));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, lock.key, plain);
  await keep({ id, kind, draft, at: Date.now(), owner: lock.owner, iv, sealed });
}
async function read(kind) {
  const ours = (await all()).filter((one) => one.kind === kind && one.owner === lock.owner);
  const opening = ours.map(async ({ iv, sealed, ...open }) => ({ ...open, ...JSON.parse(new TextDecoder().decode(
    await crypto.subtle.decrypt({ name: "AES-GCM", iv }, lock.key, sealed))) }));
  return (await Promise.allSettled(opening)).flatMap(({ value }) => value ?? []).sort((one, two) => one.at - two.at);
}

// The line to the desk. Status 0: no signal; 401: sign in first.
async function ask(path, fields) {
  try {
    const answer = await fetch(path, { method: "POST", body: new URLSearchParams(fields), redirect: "manual",
      headers: { accept: "application/json" }, signal: AbortSignal.timeout(20000) });
    return answer.type === "opaqueredirect" ? [401, {}] : [answer.status, await answer.json().catch(() => ({}))];
  } catch {
    return [0, {}];
  }
}
async function tell(more) { // what waits here; the answer brings the key to it and, where asked for, today's pages
  const waits = (await all()).filter(({ kind, draft, owner }) => kind === "log" && !draft && owner === who.owner);
  const { name } = (await all()).find(({ id }) => id === "phone") ?? { name: crypto.randomUUID() };
  await keep({ id: "phone", name });
  const unsent_for = Math.round((Date.now() - Math.min(Date.now(), ...waits.map(({ at }) => at))) / 1000);
  const [status, told] = await ask(`${who.home}/phone`, { csrf: who.csrf, name, unsent: waits.length, unsent_for, ...more });
  line = status;
  if (status !== 200) return;
  await forget((one) => one.id === "lock" || (one.kind === "page" && (told.pages || one.owner !== who.owner)));
  if (!told.key) return lock.owner === who.owner || (lock = {});
  const key = await crypto.subtle.importKey("jwk", told.key, "AES-GCM", false, ["encrypt", "decrypt"]);
  const at = Date.now(), until = at + told.lasts * 1000; // by this phone's own clock, which may be hours wrong
  lock = { id: "lock", kind: "lock", key, owner: who.owner, csrf: who.csrf, at, until };
  await keep(lock);
  for (const [path, html] of told.pages ?? []) await seal(path, "page", { html });
}
async function send({ id, at, path, fields }) {
  sending = id;
  await show();
  const to = who.lapsed ? path.replace(/.*\/(\d+)\/log$/, `${who.home}/$1`) : path;
  const [written_at, sent_at] = [at, Date.now()].map((moment) => new Date(moment).toISOString());
  const times = Object.entries({ csrf: who.csrf, at: written_at, written_at, sent_at });
  const [status, said] = await ask(to, [...fields, ...times]);
  if (status === 200 && said.state) return forget((one) => one.id === id && one.at === at); // unless written anew
  if (status < 400 || status > 499 || [401, 403, 429].includes(status)) line = status && 401;
  else refused.set(id, { status, words: [said.words, ...Object.values(said.errors ?? {})].join(" ") });
}
async function exchange(first) {
  await tell(first && { pages: "yes" });
  const logs = (await read("log")).filter(({ draft, path }) => !draft && (!who.lapsed || path.endsWith("/log")));
  for (const one of logs) if (line === 200 && (first || !refused.has(one.id))) await send(one);
  if (line === 200 && logs.length) await tell();
  if (line !== 200 || !who.lapsed || (await read("log")).length) return;
  await tell({ wiped: "yes" });
  await forget(({ owner }) => owner === who.owner);
  put(document, { handed: `${counted(logs.length)} arrived. Nothing of your visits is left on this phone.` });
}
async function sync(first) { // one at a time, whatever is open in other tabs
  if (who.home) await navigator.locks.request("visits", { ifAvailable: true }, (free) => free && exchange(first));
  sending = "";
  await show();
}

// What the page shows of it.
const counted = (number) => `${number} ${number === 1 ? "log" : "logs"}`;
function put(root, words) {
  for (const [name, text] of Object.entries(words))
    for (const spot of root.querySelectorAll(`[data-put=${name}]`)) Object.assign(spot, { textContent: text || "", hidden: !text });
}
function state({ id, draft }) {
  if (draft) return "Half written. Open it to finish it.";
  if (refused.has(id)) return `Needs you: ${refused.get(id).words}`;
  return id === sending ? "Being sent" : line === 401 ? "Waits until you sign in" : "Waits for signal";
}
async function show() {
  if (!queue) return;
  const ours = await read("log"), others = (await all()).filter(({ kind }) => kind === "log").length - ours.length;
  queue.hidden = !ours.length && !others;
  put(queue, { others: others && `${counted(others)} wait here locked, of somebody else or from before you signed out.`,
    sign_in: (line === 401 || !lock.key) && `Sign in to send ${counted(ours.length + others)}` });
  queue.querySelector("ul").replaceChildren(...ours.map((one) => {
    const item = queue.querySelector("template").content.cloneNode(true);
    put(item, { title: one.title, state: state(one), open: one.path.endsWith("/log") && "Open" });
    item.querySelector("a").href = `${HOME}/shell#${one.id}`;
    item.querySelector("button").value = one.id;
    return item;
  }));
}
function fill(form, fields = []) {
  if (!fields.length) return;
  for (const field of form.elements) {
    const values = fields.filter(([name]) => name === field.name).map(([, value]) => value);
    if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
    else if (values.length) [field.value] = values;
  }
}
async function begin() {
  const found = (await all()).find(({ id }) => id === "lock"), left = (await all()).find(({ id }) => id === "leaving");
  if (found?.until > Date.now() && [found.owner, undefined].includes(who.owner)) lock = found;
  else await forget(isReadable);
  if (shell && lock.key) Object.assign(who, { csrf: lock.csrf, owner: lock.owner, home: HOME });
  if (left && who.csrf) await forget(({ id }) => id === left.id);
  if (left && left.csrf === who.csrf) return signOut();
  if (shell) await showKept();
  const logs = await read("log");
  for (const form of document.querySelectorAll("[data-kept]"))
    fill(form, logs.find(({ path }) => path === form.getAttribute("action"))?.fields);
  if (queue || logs.length) await sync(true);
}
async function showKept() { // the log that was opened, else the page kept for this address, else the day's list
  const one = (await read("log")).find(({ id }) => `#${id}` === location.hash), pages = await read("page");
  const page = pages.find(({ id }) => id === location.pathname) ?? pages.find(({ id }) => id === HOME);
  const clock = new Date(lock.at ?? 0).toLocaleTimeString("en-GB", { timeStyle: "short" });
  put(document, { fetched: lock.at && `These are your visits as they stood at ${clock}.` });
  if (!one && page) shell.innerHTML = page.html;
  if (!one) return;
  shell.replaceChildren(document.getElementById("log").content.cloneNode(true));
  put(shell, { title: one.title, wrong: refused.get(one.id)?.words });
  Object.assign(shell.querySelector("form"), { action: one.path }).dataset.kept = one.title;
}

// What somebody does.
async function save(form, draft, button) {
  const fields = [...new FormData(form, button)].filter(([name]) => !["csrf", "idempotency_key", "draft_of"].includes(name));
  const about = { path: new URL(form.action).pathname, title: form.dataset.kept, fields };
  await seal(form.elements.key?.value || crypto.randomUUID(), "log", about, draft);
}
async function hand(form, button) {
  await save(form, false, button);
  await sync();
  if (refused.get(form.elements.key?.value)?.status === 422 && !who.lapsed) form.submit(); // the page says what and where
  else location.assign(who.home || HOME);
}
async function leave(form) {
  await sync();
  const dialog = document.getElementById("leaving"), logs = await read("log"), { owner } = lock;
  put(dialog, { unsent: `${counted(logs.length)} not sent` });
  if (logs.length) dialog.showModal();
  const choice = logs.length ? await new Promise((done) => { dialog.onclose = () => done(dialog.returnValue); }) : "keep";
  if (!choice) return;
  if (choice === "wipe") await tell({ wiped: "yes" });
  await forget((one) => isReadable(one) || (choice === "wipe" && one.owner === owner));
  await signOut();
}
async function signOut() { // with no signal the desk is told as soon as there is some
  const isKept = (await all()).some(({ kind }) => kind === "log"), csrf = who.csrf ?? lock.csrf;
  const [status] = await ask(OUT, { csrf, keep_unsent: isKept ? "yes" : "" });
  if (!status) await keep({ id: "leaving", csrf });
  location.replace(status === 403 ? location.href : status ? OUT : HOME); // 403: the page of an earlier sign-in
}
window.addEventListener("submit", (event) => {
  const form = event.target, isLeaving = form.getAttribute("action") === OUT;
  const isOurs = form.matches("[data-kept]") && lock.key && (form.elements.key || shell || !navigator.onLine);
  if (!isLeaving && !isOurs) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  clearTimeout(typing);
  (isLeaving ? leave(form) : hand(form, event.submitter)).catch(() => form.submit());
}, true);
document.addEventListener("input", ({ target: { form } }) => {
  clearTimeout(typing);
  if (form?.matches("[data-kept]") && lock.key) typing = setTimeout(save, 400, form, true);
});
document.addEventListener("click", async ({ target: button }) => {
  if (!button.matches("[data-remove]")) return;
  if (!button.dataset.sure) return Object.assign(button, { textContent: "Press again: it is lost for good" }).dataset.sure = 1;
  await forget(({ id }) => id === button.value);
  await show();
});
async function look() {
  if (lock.until < Date.now()) await forget(isReadable).then(() => shell?.querySelector("textarea") ?? (shell && location.reload()));
  if (document.visibilityState === "visible" && (await read("log")).some(({ draft }) => !draft)) await sync();
}
setInterval(look, 30000);
window.addEventListener("online", look);
document.addEventListener("visibilitychange", look);
if (queue) navigator.serviceWorker?.register(`${HOME}-worker.js`, { scope: HOME });
begin();
