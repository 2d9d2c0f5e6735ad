// Keeps today's visits and unsent logs on this phone, encrypted, and sends each log once when there is signal.
const HOME = "/desk/my-visits", OUT = "/desk/sign-out", NEVER_KEPT = ["csrf", "idempotency_key", "draft_of"];
const queue = document.querySelector("[data-queue]"), shell = document.querySelector("[data-shell]");
const out = document.querySelector(`form[action="${OUT}"]`), who = { csrf: out?.elements.csrf?.value, ...out?.dataset };
const unsent = () => who.lapsed ? ["log"] : ["log", "deed"], refused = new Map(); // a deed: a check-in; refused: id → why
let lock = {}, line, typing; // `lock`: the key of whoever's phone this is; `line`: the desk's last status

// The phone's storage. A deed is done when it has reached the disk.
const opened = new Promise((done) => Object.assign(indexedDB.open("visits", 1), {
  onupgradeneeded: ({ target }) => target.result.createObjectStore("kept", { keyPath: "id" }),
  onsuccess: ({ target }) => done(target.result) }));
async function kept(deed) {
  const turn = (await opened).transaction("kept", "readwrite", { durability: "strict" });
  const asked = deed(turn.objectStore("kept"));
  return new Promise((done, fail) => Object.assign(turn, { oncomplete: () => done(asked?.result), onabort: fail }));
}
const all = () => kept((store) => store.getAll());
const keep = (...many) => kept((store) => many.forEach((one) => store.put(one)));
const forget = (which) => kept((store) => Object.assign(store.getAll(), {
  onsuccess: ({ target }) => target.result.filter(which).forEach(({ id }) => store.delete(id)) }));
const isReadable = ({ kind }) => kind === "lock" || kind === "page"; // goes when its time is over, or at sign-out
async function seal(id, kind, value, draft = false) {
  const iv = crypto.getRandomValues(new Uint8Array(12)), plain = new TextEncoder().encode(JSON.stringify(value));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, lock.key, plain);
  return { id, kind, draft, at: Date.now(), owner: lock.owner, iv, sealed };
}
async function read(...kinds) {
  const ours = (await all()).filter((one) => kinds.includes(one.kind) && one.owner === lock.owner);
  const opening = ours.map(async ({ iv, sealed, ...open }) => ({ ...open, ...JSON.parse(new TextDecoder().decode(
    await crypto.subtle.decrypt({ name: "AES-GCM", iv }, lock.key, sealed))) }));
  return (await Promise.allSettled(opening)).flatMap(({ value }) => value ?? []).sort((one, two) => one.at - two.at);
}

// The line to the desk. Status 0: no signal; 401 and 403: sign in first.
async function ask(path, fields) {
  const about = { redirect: "manual", headers: { accept: "application/json" }, signal: AbortSignal.timeout(20000) };
  const answer = await fetch(path, { method: "POST", body: new URLSearchParams(fields), ...about }).catch(() => ({}));
  if (answer.type === "opaqueredirect") return [401, {}];
  const said = await answer.json?.().catch(() => null); // an answer that was cut off is none
  return [answer.ok && !said ? 0 : answer.status ?? 0, said ?? {}];
}
async function tell(more) { // what waits here; the answer brings the key to it and, where asked for, today's pages
  const waits = (await all()).filter(({ kind, owner }) => kind === "log" && owner === who.owner);
  const unsent_for = Math.round((Date.now() - Math.min(Date.now(), ...waits.map(({ at }) => at))) / 1000);
  const about = { csrf: who.csrf, name: localStorage.phone ??= crypto.randomUUID(), unsent: waits.length, unsent_for };
  const [status, told] = await ask(`${who.home}/phone`, { ...about, ...more });
  if ((line = status) !== 200) return;
  await forget(({ id, kind, owner }) => id === "lock" || (told.wiped && owner === who.owner)
    || (kind === "page" && (told.pages || owner !== who.owner)));
  put(document, { handed: told.wiped });
  if (lock.owner !== who.owner) lock = {};
  if (!told.key) return;
  const key = await crypto.subtle.importKey("jwk", told.key, "AES-GCM", false, ["encrypt", "decrypt"]);
  lock = { ...who, id: "lock", kind: "lock", key, until: Date.now() + told.lasts * 1000 }; // by this phone's own clock
  await keep(lock, ...await Promise.all((told.pages ?? []).map(([path, html]) => seal(path, "page", { html }))));
}
async function send({ id, at, path, fields }) {
  await show(id);
  const to = who.lapsed ? path.replace(/.*\/(\d+)\/log$/, `${who.home}/$1`) : path;
  const [written_at, sent_at] = [at, Date.now()].map((moment) => new Date(moment).toISOString());
  const about = Object.entries({ csrf: who.csrf, key: id, at: written_at, written_at, sent_at });
  const [status, said] = await ask(to, [...fields, ...about]);
  if (!said.state) line = status < 500 ? status : line; // the desk stumbled over this one: the others go on
  else if (status === 200) await forget((one) => one.id === id && one.at === at); // unless it was written anew
  else refused.set(id, { status, words: [said.words, ...Object.values(said.errors ?? {})].join(" ") });
}
async function sync(first, ifAvailable = true) { // one at a time, whatever is open in other tabs
  if (who.home) await navigator.locks.request("visits", { ifAvailable }, async (free) => {
    if (free) await tell(first && { pages: "yes" });
    const ready = (await read(...unsent())).filter(({ id, draft }) => free && !draft && (first || !refused.has(id)));
    for (const one of ready) if (line === 200) await send(one);
    if (ready.length && line === 200) await tell();
  });
  await show();
}

// What the page shows of it.
const counted = (number) => `${number} ${number === 1 ? "log" : "logs"}`;
function put(root, words) {
  for (const [name, text] of Object.entries(words))
    for (const at of root.querySelectorAll(`[data-put=${name}]`)) [at.textContent, at.hidden] = [text || "", !text];
}
async function show(sending) {
  if (!queue) return;
  const ours = await read(...unsent()), isOut = line === 401 || line === 403 || (shell && !lock.key);
  const locked = (await all()).filter(({ kind }) => unsent().includes(kind)).length - ours.length;
  [queue.hidden, document.body.dataset.line] = [!ours.length && !locked, line];
  put(queue, { locked: locked && `${counted(locked)} locked here, of somebody else or from before you signed out.`,
    sign_in: isOut && `Sign in to send ${counted(ours.length + locked)}` });
  queue.querySelector("ul").replaceChildren(...ours.map(({ id, draft, title, path }) => {
    const item = queue.querySelector("template").content.cloneNode(true), said = refused.get(id)?.words;
    const waits = id === sending ? "Being sent" : isOut ? "Waits until you sign in" : "Waits for signal";
    const state = draft ? "Half written. Open it to finish it." : said ? `Needs you: ${said}` : waits;
    put(item, { title, state, open: path.endsWith("/log") && "Open" });
    [item.querySelector("a").href, item.querySelector("[data-remove]").value] = [`${HOME}/shell#${id}`, id];
    return item;
  }));
}
function fill(form, { path, title, fields } = {}) {
  if (fields) Object.assign(form, { action: path }).dataset.kept = title;
  for (const field of fields ? form.elements : []) {
    const values = fields.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.type === "checkbox" || field.type === "radio") field.checked = values.includes(field.value);
    else if (values.length) [field.value] = values;
  }
}
// In the shell: the log that was opened, else the page kept for this address, else the day's list.
async function begin() {
  const [found, left] = await Promise.all(["lock", "leaving"].map((id) => kept((store) => store.get(id))));
  if (found?.until > Date.now() && [found.owner, undefined].includes(who.owner)) lock = found;
  else await forget(isReadable);
  if (shell) Object.assign(who, { ...lock, home: lock.key && lock.home });
  if (left && who.csrf) await forget(({ id }) => id === left.id);
  if (left && left.csrf === who.csrf) return signOut();
  const [logs, pages] = [await read("log"), await read("page")];
  const chosen = logs.find(({ id }) => location.hash === `#${id}`);
  const page = pages.find(({ id }) => id === location.pathname) ?? pages.find(({ id }) => id === HOME);
  if (shell) shell.innerHTML = chosen ? document.getElementById("log").innerHTML : page?.html ?? shell.innerHTML;
  for (const form of document.querySelectorAll("[data-kept]"))
    fill(form, chosen ?? logs.find(({ path }) => path === form.getAttribute("action")));
  if (chosen) put(document, { title: chosen.title });
  if (queue || logs.length) await sync(true);
}

// What somebody does.
async function save(form, draft, button) {
  const fields = [...new FormData(form, button)].filter(([name]) => !NEVER_KEPT.includes(name));
  const { pathname: path } = new URL(form.action), title = form.dataset.kept, key = form.elements.key?.value;
  await keep(await seal(key || crypto.randomUUID(), key ? "log" : "deed", { path, title, fields }, draft));
}
async function hand(form, button) {
  const { key, csrf } = form.elements;
  await save(form, false, button);
  refused.delete(key?.value);
  await sync();
  if (refused.get(key?.value)?.status !== 422 || who.lapsed) return location.assign(who.home || HOME);
  csrf.value = who.csrf;
  form.submit(); // the desk's own page says what is wrong, and where
}
async function leave(choice) {
  if (!choice) await sync(false, false);
  const { length } = choice ? [] : await read(...unsent()), { owner } = lock, asking = document.getElementById("leaving");
  put(document, { unsent: `${counted(length)} not sent` });
  if (length) return asking.showModal();
  if (choice === "wipe") await tell({ wiped: "yes" });
  await forget((one) => isReadable(one) || (choice === "wipe" && one.owner === owner));
  await signOut();
}
async function signOut() { // with no signal the desk is told as soon as there is some
  const isLeft = (await all()).some(({ iv }) => iv), csrf = who.csrf ?? lock.csrf;
  const [status] = await ask(OUT, { csrf, keep_unsent: isLeft ? "yes" : "" });
  if (!status) await keep({ id: "leaving", csrf });
  location.replace(status === 403 ? location.href : status ? OUT : HOME); // 403: a page of an earlier sign-in
}
window.addEventListener("submit", (event) => {
  const form = event.target, isLeaving = form.getAttribute("action") === OUT;
  const isOurs = form.matches("[data-kept]") && lock.key && (form.elements.key || shell || !navigator.onLine);
  if (!isLeaving && !isOurs) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  clearTimeout(typing);
  (isLeaving ? leave(event.submitter?.value) : hand(form, event.submitter)).catch(() => form.submit());
}, true);
document.addEventListener("input", ({ target: { form } }) => {
  clearTimeout(typing);
  if (form?.matches("[data-kept]") && lock.key) typing = setTimeout(save, 400, form, true);
});
document.addEventListener("click", ({ target }) =>
  target.matches("[data-remove]") && forget(({ id }) => id === target.value).then(show));
async function look() {
  if (lock.until < Date.now()) await forget(isReadable);
  if (lock.until < Date.now() && shell && !shell.querySelector("textarea")) location.reload();
  if (document.visibilityState === "visible" && (await read(...unsent())).some(({ draft }) => !draft)) await sync();
}
setInterval(look, 30000);
window.addEventListener("online", look);
document.addEventListener("visibilitychange", look);
if (queue) navigator.serviceWorker?.register(`${HOME}-worker.js`, { scope: HOME });
begin();
