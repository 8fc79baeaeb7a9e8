// A closed-loop HTTP/1.1 client on raw sockets, as a child process: `ADDRESS_PORT HOST PATH CONNECTIONS SECONDS`, where
// PATH may be absolute for a forward proxy. Prints {requests, failures, seconds} as JSON.
import { connect } from "node:net";

const [port = "", host = "", path = "", connections = "", seconds = ""] = process.argv.slice(2);
const request = `GET ${path} HTTP/1.1\r\nhost: ${host}\r\nuser-agent: bench\r\n\r\n`;
let requests = 0;
let failures = 0;
const begun = performance.now();
const endAt = begun + Number(seconds) * 1000;

function run(): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(Number(port), "127.0.0.1");
    socket.setNoDelay(true);
    let buffered = "";
    const next = (): void => {
      if (performance.now() >= endAt) socket.end();
      else socket.write(request);
    };
    socket.on("connect", next);
    socket.on("data", (data) => {
      buffered += data.toString("latin1");
      const head = buffered.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(buffered)?.[1] ?? "0");
      if (buffered.length < head + 4 + length) return;
      requests += 1;
      if (!buffered.startsWith("HTTP/1.1 200")) failures += 1;
      buffered = buffered.slice(head + 4 + length);
      next();
    });
    socket.on("error", () => {
      failures += 1;
    });
    socket.on("close", () => resolve());
  });
}

await Promise.all(Array.from({ length: Number(connections) }, run));
process.stdout.write(JSON.stringify({ requests, failures, seconds: (performance.now() - begun) / 1000 }));
