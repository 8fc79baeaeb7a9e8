import { request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Question } from "#server/envoy/testing/scenario.ts";
import type { SeenRequest } from "#server/envoy/testing/seen-request.ts";

export interface Answer {
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
  /** What the application says it saw, where one answered. */
  readonly seen?: SeenRequest;
  readonly app?: string;
  /** The other side closed the connection. */
  readonly closed?: boolean;
}

const TIMEOUT_MS = 10_000;

/** Asks once, over a connection of its own. */
export function ask(question: Question, untilClosed: boolean): Promise<Answer> {
  if (question.tcp !== undefined) return askTcp(question, question.tcp, untilClosed);
  if (question.raw !== undefined) return askRaw(question.to, question.raw);
  return askHttp(question);
}

function askHttp({ to, url, host, path = "/", method = "GET", headers = {}, body, sni }: Question): Promise<Answer> {
  const authority = url?.match(/^\w+:\/\/([^/?]*)/)?.[1] ?? host ?? sni ?? "localhost";
  return new Promise((done, fail) => {
    const req = (sni === undefined ? plainRequest : tlsRequest)(
      {
        host: "127.0.0.1",
        port: to,
        path: url ?? path,
        method,
        headers: { host: authority, ...(headers as Record<string, string | string[]>) },
        agent: false,
        timeout: TIMEOUT_MS,
        ...(sni === undefined ? {} : { servername: sni, rejectUnauthorized: false }),
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("error", fail);
        response.on("end", () => {
          const seen = readSeen(text);
          done({
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(Object.entries(response.headers).map(([key, value]) => [key, String(value)])),
            ...(seen === undefined ? {} : { seen, app: seen.app }),
          });
        });
      },
    );
    req.on("timeout", () => req.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    req.on("error", fail);
    req.end(body);
  });
}

function readSeen(text: string): SeenRequest | undefined {
  try {
    const value = JSON.parse(text) as SeenRequest;
    return typeof value.app === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

function askTcp({ to, sni }: Question, bytes: string, untilClosed: boolean): Promise<Answer> {
  return new Promise((done, fail) => {
    let text = "";
    const onOpen = (): boolean => socket.write(bytes);
    const socket: Socket =
      sni === undefined
        ? connect(to, "127.0.0.1", onOpen)
        : connectTls({ port: to, host: "127.0.0.1", servername: sni, rejectUnauthorized: false }, onOpen);
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`silent for ${TIMEOUT_MS} ms`)));
    const finish = (closed: boolean): void => {
      socket.destroy();
      const [app = ""] = text.split("\n");
      done({ headers: {}, closed, ...(app === "" ? {} : { app }) });
    };
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (!untilClosed && text.includes("\n")) finish(false);
    });
    socket.on("end", () => finish(true));
    socket.on("error", (error: NodeJS.ErrnoException) =>
      // A handshake that nobody takes up ends so.
      untilClosed && error.code === "ECONNRESET" ? finish(true) : fail(error),
    );
  });
}

function askRaw(port: number, raw: string): Promise<Answer> {
  return new Promise((done, fail) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(raw.replace(/\r?\n/g, "\r\n")));
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`silent for ${TIMEOUT_MS} ms`)));
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (!text.includes("\r\n\r\n")) return;
      socket.destroy();
      const [first = "", ...lines] = text.slice(0, text.indexOf("\r\n\r\n")).split("\r\n");
      const headers = lines.map((line) => [
        line.slice(0, line.indexOf(":")).toLowerCase(),
        line.slice(line.indexOf(":") + 1).trim(),
      ]);
      done({ status: Number(first.split(" ")[1]), headers: Object.fromEntries(headers) as Record<string, string> });
    });
    socket.on("end", () => done({ headers: {}, closed: true }));
    socket.on("error", fail);
  });
}
