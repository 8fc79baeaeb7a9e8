/** What `fetch` was answered; undefined, and no more is read, where it is more than so many bytes. */
export async function readAnswer(answer: Pick<Response, "body">, bytesMax: number): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of answer.body ?? []) {
    bytes += part.length;
    if (bytes > bytesMax) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
