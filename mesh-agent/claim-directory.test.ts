import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { claimDirectory } from "#mesh-agent/claim-directory.ts";
import { Cleanup, temporaryDir } from "#testing/test-agent.ts";

let cleanup: Cleanup;
let dir: string;
let socket: string;

beforeEach(() => {
  cleanup = new Cleanup();
  dir = temporaryDir(cleanup);
  socket = join(dir, "agent.sock");
});
afterEach(() => cleanup.run());

test("a directory is one agent's until it gives it back", async () => {
  const release = await claimDirectory(dir, socket);
  await expect(claimDirectory(dir, socket)).rejects.toMatchObject({
    code: "conflict",
    message: `another agent runs in ${dir}`,
  });
  await release();
  await (await claimDirectory(dir, socket))();
});
