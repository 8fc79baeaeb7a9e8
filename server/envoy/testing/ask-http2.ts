import { connect, type IncomingHttpHeaders } from "node:http2";
import type { ConnectionOptions } from "node:tls";
import type { Answer } from "#server/envoy/testing/answer.ts";
import { readSeen } from "#server/envoy/testing/read-seen.ts";
import type { Question } from "#server/envoy/testing/scenario.ts";

/** Asks once over HTTP/2, without TLS where `tls` is undefined. */
export function askHttp2(
  { to, url, host, path = "/", method = "GET", headers = {}, body, sni }: Question,
  tls: ConnectionOptions | undefined,
  timeoutMs: number,
): Promise<Answer> {
  const target = /^(\w+):\/\/([^/?]*)(.*)$/.exec(url ?? "");
  return new Promise((done, fail) => {
    const session = connect(`${tls === undefined ? "http" : "https"}://127.0.0.1:${to}`, tls ?? {});
    const ended = (error: unknown): void => {
      session.destroy();
      fail(error instanceof Error ? error : new Error(String(error)));
    };
    session.on("error", ended);
    const stream = session.request({
      ":method": method,
      ":path": target?.[3] ?? path,
      ":authority": target?.[2] ?? host ?? sni ?? "localhost",
      ...(headers as Record<string, string | string[]>),
    });
    stream.setTimeout(timeoutMs, () => ended(new Error(`no answer within ${timeoutMs} ms`)));
    let answer: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    let text = "";
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    stream.on("response", (got) => {
      answer = got;
    });
    stream.on("trailers", (got) => {
      trailers = got;
    });
    stream.on("error", ended);
    stream.on("end", () => {
      session.destroy();
      const seen = readSeen(text);
      done({
        status: Number(answer[":status"]),
        headers: plain(answer),
        trailers: plain(trailers),
        ...(seen === undefined ? {} : { seen, app: seen.app }),
      });
    });
    stream.end(body);
  });
}

const plain = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (name.startsWith(":") ? [] : [[name, String(value)]])),
  );
