/**
 * Makes the page installable, and shows a page of its own when the network is gone. It keeps four files and nothing
 * else: no conversation, no token and no answer of the server is ever stored.
 */
const cacheName = "parley-offline-2";
const offlinePage = "/offline.html";
const files = [offlinePage, "/offline.js", "/page.css", "/icon.svg"];

addEventListener("install", (event) => {
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll(files)));
});

addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(names.filter((name) => name !== cacheName).map((name) => caches.delete(name))),
      ),
  );
});

/** Everything else goes to the network as if there were no service worker. */
addEventListener("fetch", (event) => {
  const { mode, url, method } = event.request;
  const { pathname } = new URL(url);
  if (mode === "navigate" && method === "GET") {
    event.respondWith(fetch(event.request).catch(() => caches.match(offlinePage)));
  } else if (files.includes(pathname)) {
    event.respondWith(fetch(event.request).catch(() => caches.match(pathname)));
  }
});
