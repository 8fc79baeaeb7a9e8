import type { IncomingMessage } from "node:http";

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
