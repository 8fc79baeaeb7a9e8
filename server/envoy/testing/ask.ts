import { type ClientRequest, type IncomingMessage, request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { connect, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import type { IssuedCertificate } from "#grpc/testing/certificates.ts";
import type { Answer } from "#server/envoy/testing/answer.ts";
import { askHttp2 } from "#server/envoy/testing/ask-http2.ts";
import { readSeen } from "#server/envoy/testing/read-seen.ts";
import type { Question } from "#server/envoy/testing/scenario.ts";

const TIMEOUT_MS = 10_000;

/** Asks once, over a connection of its own. `certificate` is the one of the account that a question is asked `as`. */
export function ask(question: Question, untilClosed: boolean, certificate?: IssuedCertificate): Promise<Answer> {
  const tls = tlsOf(question, certificate);
  if (question.tcp !== undefined) return askTcp(question.to, question.tcp, tls, untilClosed);
  if (question.raw !== undefined) return askRaw(question.to, question.raw);
  return question.http2 === true ? askHttp2(question, tls, TIMEOUT_MS) : askHttp(question, tls);
}

/** Of the protocols that sidecars offer each other, those for what is sent. */
function tlsOf({ sni, as, tcp, http2 }: Question, certificate?: IssuedCertificate): ConnectionOptions | undefined {
  if (sni === undefined && as === undefined) return undefined;
  const inner = http2 === true ? "h2" : "http/1.1";
  return {
    ...(sni === undefined ? {} : { servername: sni }),
    rejectUnauthorized: false,
    ...(certificate ?? {}),
    ...(as !== undefined && sni === undefined
      ? { ALPNProtocols: tcp === undefined ? [`istio-${inner}`, "istio", inner] : ["istio-peer-exchange", "istio"] }
      : http2 === true
        ? { ALPNProtocols: ["h2"] }
        : {}),
  };
}

function askHttp(
  { to, url, host, path = "/", method = "GET", headers = {}, body, sni, upgrade }: Question,
  tls: ConnectionOptions | undefined,
): Promise<Answer> {
  const authority = url?.match(/^\w+:\/\/([^/?]*)/)?.[1] ?? host ?? sni ?? "localhost";
  return new Promise((done, fail) => {
    const sent = headers as Record<string, string | string[]>;
    const req: ClientRequest = (tls === undefined ? plainRequest : tlsRequest)({
      host: "127.0.0.1",
      port: to,
      path: url ?? path,
      method,
      headers: {
        host: authority,
        ...(upgrade === undefined ? {} : { connection: "Upgrade", upgrade }),
        ...sent,
      },
      agent: false,
      timeout: TIMEOUT_MS,
      ...tls,
    });
    let continued = false;
    const answered = (response: IncomingMessage, text: string): void => {
      const seen = readSeen(text);
      done({
        status: response.statusCode ?? 0,
        headers: Object.fromEntries(Object.entries(response.headers).map(([key, value]) => [key, String(value)])),
        ...(seen === undefined ? {} : { seen, app: seen.app }),
        ...(continued ? { continued } : {}),
      });
    };
    req.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", fail);
      response.on("end", () => answered(response, text));
    });
    // Whoever switched says in its first bytes what reached it.
    req.on("upgrade", (response, socket, head) => {
      const said = (bytes: Buffer): void => {
        socket.destroy();
        answered(response, bytes.toString());
      };
      socket.on("error", fail);
      if (head.length > 0) said(head);
      else socket.once("data", said);
    });
    req.on("timeout", () => req.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    // A handshake that comes to nothing is a connection that is closed.
    req.on("error", (error: NodeJS.ErrnoException) =>
      tls !== undefined && /^(?:EPROTO$|ERR_SSL_)/.test(error.code ?? "")
        ? done({ headers: {}, closed: true })
        : fail(error),
    );
    if (sent.expect === undefined) {
      req.end(body);
      return;
    }
    req.flushHeaders();
    req.on("continue", () => {
      continued = true;
      req.end(body);
    });
  });
}

function askTcp(to: number, bytes: string, tls: ConnectionOptions | undefined, untilClosed: boolean): Promise<Answer> {
  return new Promise((done, fail) => {
    let text = "";
    const onOpen = (): boolean => socket.write(bytes);
    const socket: Socket =
      tls === undefined
        ? connect(to, "127.0.0.1", onOpen)
        : connectTls({ port: to, host: "127.0.0.1", ...tls }, onOpen);
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
      // A handshake that nobody takes up ends so, or with an alert.
      untilClosed && /^(?:ECONNRESET$|ERR_SSL_)/.test(error.code ?? "") ? finish(true) : fail(error),
    );
  });
}

function askRaw(port: number, raw: string): Promise<Answer> {
  return new Promise((done, fail) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(raw.replace(/\r?\n/g, "\r\n")));
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`silent for ${TIMEOUT_MS} ms`)));
    const finish = (): void => {
      socket.destroy();
      if (!text.includes("\r\n\r\n")) {
        done({ headers: {}, closed: true });
        return;
      }
      const [first = "", ...lines] = text.slice(0, text.indexOf("\r\n\r\n")).split("\r\n");
      const headers = lines.map((line) => [
        line.slice(0, line.indexOf(":")).toLowerCase(),
        line.slice(line.indexOf(":") + 1).trim(),
      ]);
      const seen = readSeen(/\{.*\}/.exec(text)?.[0] ?? "");
      done({
        status: Number(first.split(" ")[1]),
        headers: Object.fromEntries(headers) as Record<string, string>,
        ...(seen === undefined ? {} : { seen, app: seen.app }),
      });
    };
    socket.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (isWhole(text)) finish();
    });
    socket.on("end", finish);
    // What nobody takes up may end so.
    socket.on("error", (error: NodeJS.ErrnoException) => (error.code === "ECONNRESET" ? finish() : fail(error)));
  });
}

/** Whether an answer's body is there too, by its length or its last chunk. */
function isWhole(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const head = text.slice(0, end).toLowerCase();
  if (head.includes("\r\ntransfer-encoding: chunked")) return text.endsWith("\r\n0\r\n\r\n");
  const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
  return length !== undefined && text.length >= end + 4 + Number(length);
}
