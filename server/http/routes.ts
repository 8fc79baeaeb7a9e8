import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpHandler } from "#node/http-service.ts";

export type { HttpHandler };

/** Longest prefix wins; `/` takes the rest. */
export type Routes = Readonly<Record<string, HttpHandler>>;

export function selectRoute(routes: Routes, path: string): HttpHandler | undefined {
  const matches = Object.keys(routes).filter(
    (prefix) => path === prefix || path.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`),
  );
  const longest = matches.sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? undefined : routes[longest];
}

export function sendText(
  response: ServerResponse,
  status: number,
  body: string,
  type = "text/plain; charset=utf-8",
): void {
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
  });
  response.end(body);
}

/** Reads a body whole; undefined when it is longer than `bytesMax`, of which no more than that is kept. */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bytesMax) break;
    chunks.push(chunk);
  }
  if (length <= bytesMax) return Buffer.concat(chunks);
  // What is left unread would stand in front of the next request on this connection, which then never gets an answer.
  request.resume();
  return undefined;
}
