/** No background network traffic, fake media devices. */
export const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-device-for-media-stream",
  // Only localhost itself is a secure context over http.
  "--host-resolver-rules=MAP lan.test localhost",
];
