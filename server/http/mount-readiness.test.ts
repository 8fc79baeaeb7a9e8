import type { IncomingMessage, ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { mountReadiness } from "#server/http/mount-readiness.ts";
import { requireRoom } from "#server/require-room.ts";

async function ask(parts: Parameters<typeof mountReadiness>[0]): Promise<string> {
  let status = 0;
  const { promise, resolve } = Promise.withResolvers<string>();
  const response = {
    writeHead(code: number) {
      status = code;
      return response;
    },
    setHeader: () => response,
    set statusCode(code: number) {
      status = code;
    },
    end: (text: string) => resolve(`${status} ${text}`),
  };
  await mountReadiness(parts)({} as IncomingMessage, response as unknown as ServerResponse);
  return promise;
}

const disk = (bytes: number) => () =>
  requireRoom("/data", (() => Promise.resolve({ bavail: bytes / 4096, bsize: 4096 })) as never);

test.each([
  ["200 when there is room", disk(2 ** 30), /^200 ready/],
  ["503 on a full disk, in a word", disk(0), /^503 the data directory's disk is full\n$/],
  ["503 when what is left holds nothing", disk(4096), /^503 the data directory's disk is full\n$/],
  ["503 when it cannot be asked", () => Promise.reject(new Error("EIO")), /^503 .*does not answer\n$/],
])("/readyz says %s", async (_, part, answer) => {
  expect(await ask({ "the data directory's disk": part })).toMatch(answer);
});
