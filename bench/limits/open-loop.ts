// An open-loop HTTP/1.1 client on raw sockets, as a child process: `RATE SECONDS CONNECTIONS PORT…`. A request is due at even
// times whether those before it are answered or not, in turn at each port. Prints {port: latencies in ms} as JSON.
import { connect, type Socket } from "node:net";

const [rate = 0, seconds = 0, connections = 0, ...ports] = process.argv.slice(2).map(Number);
const latencies: Record<number, number[]> = Object.fromEntries(ports.map((port) => [port, []]));

interface Lane {
  readonly socket: Socket;
  sentMs: number | undefined;
}

function open(port: number): Promise<Lane> {
  return new Promise((done, fail) => {
    const socket = connect(port, "127.0.0.1").setNoDelay(true);
    const lane: Lane = { socket, sentMs: undefined };
    let buffered = "";
    socket.on("connect", () => done(lane));
    socket.on("error", fail);
    socket.on("data", (data) => {
      buffered += data.toString("latin1");
      const head = buffered.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/^content-length: (\d+)/im.exec(buffered)?.[1] ?? "0");
      if (buffered.length < head + 4 + length) return;
      buffered = buffered.slice(head + 4 + length);
      if (lane.sentMs !== undefined) latencies[port]?.push(performance.now() - lane.sentMs);
      lane.sentMs = undefined;
    });
  });
}

const lanes = await Promise.all(
  ports.map((port) => Promise.all(Array.from({ length: connections }, () => open(port)))),
);
const startMs = performance.now();
let due = 0;
while (performance.now() - startMs < seconds * 1000) {
  const until = ((performance.now() - startMs) / 1000) * rate;
  for (; due < until; due += 1) {
    const free = lanes[due % ports.length]?.find(({ sentMs }) => sentMs === undefined);
    // All are under way: the machine is behind, and what is asked then tells of it and not of the path.
    if (free === undefined) continue;
    free.sentMs = performance.now();
    free.socket.write(`GET / HTTP/1.1\r\nhost: api:9080\r\nx-sent-ms: ${free.sentMs}\r\n\r\n`);
  }
  await new Promise((done) => setTimeout(done, 1));
}
process.stdout.write(JSON.stringify(latencies), () => process.exit(0));
