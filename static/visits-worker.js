// Opens /desk/my-visits where there is no signal: keeps the page's shell, and nothing about anybody.
// The server writes two lines above these: NAME, new whenever the shell changes, and SHELL, the page and its looks.
const PATIENCE = 3000; // milliseconds that a dead line may take
self.addEventListener("install", (event) => {
  self.skipWaiting();
  const fresh = SHELL.map((path) => new Request(path, { credentials: "omit", cache: "reload" }));
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(fresh)));
});
self.addEventListener("activate", (event) => event.waitUntil(caches.keys().then((names) =>
  Promise.all([self.clients.claim(), ...names.filter((name) => name !== NAME).map((name) => caches.delete(name))]))));

async function pageOrShell(request) {
  const shell = await caches.match(SHELL[0]), late = new Promise((_, fail) => setTimeout(fail, PATIENCE));
  try {
    const page = await Promise.race([fetch(request), late]);
    return page.status < 500 ? page : shell ?? page;
  } catch {
    return shell ?? Response.error();
  }
}
self.addEventListener("fetch", (event) => {
  const { request } = event, { pathname } = new URL(request.url);
  if (request.mode === "navigate" && request.method === "GET") event.respondWith(pageOrShell(request));
  else if (SHELL.includes(pathname, 1)) event.respondWith(caches.match(pathname).then((it) => it ?? fetch(request)));
});
