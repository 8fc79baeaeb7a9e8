import { afterAll, beforeAll, expect, test } from "vitest";
import { runPharos } from "#testing/run-pharos.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";

let server: Serve;
beforeAll(async () => {
  server = await startServe();
});
afterAll(() => server.stop());

const LOST = `# not there
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: lost }
spec:
  hosts: [lost.example.com]
  http:
    - route:
        - { destination: { host: lost.example.com }, weight: 60 }
        - { destination: { host: gone.example.com }, weight: 60 }
`;

const run = async (args: string, input?: string) => {
  const { stdout, stderr, code } = await runPharos(server.dir, args.split(" "), input);
  return { said: `${stdout}${stderr}`, stderr, code };
};

test("each finding is told once, with its line in what was given: before, and when it is written", {
  timeout: 240_000,
}, async () => {
  for (const args of ["apply -f - --dry-run", "apply -f -"]) {
    const { stderr } = await run(args, LOST);
    const places = [...stderr.matchAll(/^(.*?): warning: .*\[(.*)\]$/gm)].map(([, place, code]) => `${place} ${code}`);
    expect(places.sort(), args).toEqual([
      "standard input:10:34 destination-host-not-found",
      "standard input:9:34 destination-host-not-found",
      "standard input:9:9 weight-sum",
    ]);
  }
  expect((await run("delete vs lost --dry-run")).said).toContain("deleted (dry run)");
  expect((await run("get vs lost")).code).toBe(0);
  expect((await run("delete vs lost")).said).toMatch(/deleted\n/);
  expect((await run("rollback 2 --undo --dry-run")).said).toContain("created (dry run)");
  const blocked = await run("rollback 1 --undo --dry-run");
  expect([blocked.code, blocked.said]).toEqual([5, expect.stringContaining("lost was deleted since")]);
});
