import { createSocket } from "node:dgram";
import { connect, isIPv6 } from "node:net";
import { PharosError } from "#core/errors.ts";
import { FrameReader, frame } from "#mesh-agent/dns/frames.ts";

export interface Resolver {
  readonly address: string;
  readonly port: number;
}

/** What a resolver answers to a datagram. From a port of its own, so that nobody else's answer is taken for it. Throws "unavailable". */
export function askByDatagram(resolver: Resolver, query: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(resolver.address) ? "udp6" : "udp4");
    const end = (answer: Uint8Array | string): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.on("error", () => undefined);
      socket.close();
      if (typeof answer === "string") reject(unanswered(resolver, answer));
      else resolve(answer);
    };
    const timer = setTimeout(() => end("it does not answer"), timeoutMs);
    socket.on("error", (error) => end(error.message));
    socket.on("message", (message) => {
      if (message.length >= 2 && message[0] === query[0] && message[1] === query[1]) end(message);
    });
    // Connected: what others send is not heard, and that nobody listens there is.
    // The types do not say that an address without a route is told here.
    const send = (error?: Error): void => (error === undefined ? socket.send(query) : end(error.message));
    socket.connect(resolver.port, resolver.address, send);
  });
}

/** The same over a connection. */
export function askByConnection(resolver: Resolver, query: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: resolver.address, port: resolver.port });
    const reader = new FrameReader();
    const end = (answer: Uint8Array | string): void => {
      clearTimeout(timer);
      socket.destroy();
      if (typeof answer === "string") reject(unanswered(resolver, answer));
      else resolve(answer);
    };
    const timer = setTimeout(() => end("it does not answer"), timeoutMs);
    socket.on("error", (error) => end(error.message));
    socket.on("close", () => end("it closed the connection"));
    socket.on("data", (chunk: Buffer) => {
      const [answer] = reader.read(chunk);
      if (answer !== undefined) end(answer);
    });
    socket.write(frame(query));
  });
}

function unanswered({ address, port }: Resolver, why: string): PharosError {
  return new PharosError("unavailable", `resolver ${address}:${port}: ${why}`);
}
