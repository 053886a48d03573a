/** Clients that stop half-way: slow uploads, half an upgrade, half a frame, and streams that are not read. */
import { connect, type Socket } from "node:net";

const handshake = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: HOST\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n`;
const upload = (path: string, length: string): string =>
  `POST ${path} HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;

/** The bytes that each sends at once, and one by one; the rest never comes. */
const openings: readonly {
  readonly begin: string;
  readonly frame?: Uint8Array;
  readonly drip: string;
}[] = [
  { begin: upload("/send/fuzz/slow", "Content-Length: 1000"), drip: '{"mime_type":"text/plain",' },
  { begin: upload("/run", "Transfer-Encoding: chunked"), drip: "1\r\n{\r\n" },
  {
    begin: upload("/apps/assistant/users/fuzz/sessions", "Content-Length: 8000000"),
    drip: '{"state":{"a":"',
  },
  { begin: upload("/twilio/voice", "Content-Length: 60000"), drip: "CallSid=" },
  { begin: handshake("/ws/fuzz/half"), drip: "Origin: http" },
  { begin: `${handshake("/ws/fuzz/open")}\r\n`, drip: "" },
  // A text frame of 65,535 bytes, of which none comes.
  {
    begin: `${handshake("/ws/fuzz/frame")}\r\n`,
    frame: Uint8Array.of(0x81, 0xfe, 0xff, 0xff, 1, 2, 3, 4),
    drip: "abc",
  },
  // Reserved bits and an opcode that does not exist.
  {
    begin: `${handshake("/ws/fuzz/opcode")}\r\n`,
    frame: Uint8Array.of(0xfb, 0x81, 1, 2, 3, 4, 5),
    drip: "",
  },
  { begin: "GET /events/fuzz/unread?is_audio=true HTTP/1.1\r\nHost: HOST\r\n\r\n", drip: "" },
];
const dripMs = 500;
/** As many of each at once. */
const copies = 3;

/** Keeps them at it, with a new one for each that the server has ended. @returns a function that ends them all. */
export function stall(base: string): () => number {
  const { host, hostname, port } = new URL(base);
  const sockets = new Set<Socket>();
  let isOver = false;
  let count = 0;
  const start = ({ begin, frame, drip }: (typeof openings)[number]): void => {
    if (isOver) return;
    count++;
    const socket = connect(Number(port), hostname);
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.write(begin.replace("HOST", host));
    if (begin.startsWith("GET /events")) socket.pause();
    else socket.resume();
    let at = 0;
    const timer = setInterval(() => {
      if (at === 0 && frame) socket.write(frame);
      if (at < drip.length) socket.write(drip.charAt(at++));
    }, dripMs);
    socket.on("close", () => {
      clearInterval(timer);
      sockets.delete(socket);
      setTimeout(() => start({ begin, drip, ...(frame && { frame }) }), dripMs);
    });
  };
  for (const opening of openings) for (let copy = 0; copy < copies; copy++) start(opening);
  return () => {
    isOver = true;
    for (const socket of sockets) socket.destroy();
    return count;
  };
}
