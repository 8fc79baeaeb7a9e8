import { once } from "node:events";
import { truncateSync, writeFileSync } from "node:fs";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { Audit } from "#server/audit/audit.ts";
import { mountBackup } from "#server/http/mount-backup.ts";
import { Cleanup, eventually, temporaryDir } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const BYTES = 64 * 1024 ** 2;

test("who goes away in the middle of a backup is in the audit trail, and holds up no other", async () => {
  const dir = temporaryDir(cleanup);
  writeFileSync(join(dir, "keys"), "");
  truncateSync(join(dir, "keys"), BYTES);
  const written: Parameters<Audit["write"]>[0][] = [];
  let discarded = 0;
  const handler = mountBackup({
    auth: {
      authenticate: async () => ({ kind: "token", id: "t", name: "ada", role: "admin" }) as never,
      checkOrigin: () => undefined,
      noteRefused: () => undefined,
    },
    audit: { write: (entry) => void written.push(entry) },
    make: async () => ({
      manifest: {
        ...{ format: 1, version: "1", at: "2026-11-30T09:00:00.000Z" },
        files: [{ name: "keys", bytes: BYTES, sha256: "" }],
      },
      pathOf: (name) => join(dir, name),
      async discard() {
        discarded += 1;
      },
    }),
  });
  const server = createServer((request, response) => void handler(request, response)).listen(0, "127.0.0.1");
  cleanup.add(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  for (let nth = 1; nth <= 2; nth += 1) {
    const request = get({ port: (server.address() as AddressInfo).port, host: "127.0.0.1" });
    const [response] = await once(request, "response");
    expect(response.statusCode).toBe(200);
    await once(response, "data");
    response.destroy();
    await eventually("its copy is gone", () => (discarded === nth ? true : undefined));
  }
  expect(written.map(({ actor, action, outcome }) => [actor, action, outcome])).toEqual([
    ["ada", "backup.make", "allowed"],
    ["ada", "backup.make", "allowed"],
  ]);
});
