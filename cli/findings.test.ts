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

test("analyze tells of files, alone and beside what the server holds, and of all that it holds", {
  timeout: 240_000,
}, async () => {
  const unbound = LOST.replace("hosts: [lost", "gateways: [nowhere]\n  hosts: [lost");
  const nowhere = ["--server", "http://127.0.0.1:2"].join(" ");
  // Warnings fail it where it is told so; errors do anyway.
  expect((await run(`analyze - --alone ${nowhere}`, LOST)).code).toBe(0);
  expect((await run(`analyze - --alone --fail-on warning ${nowhere}`, LOST)).code).toBe(1);
  const alone = await run(`analyze - --alone -o sarif ${nowhere}`, unbound);
  const { results } =
    (JSON.parse(alone.said) as { runs: { results: { ruleId: string; level: string }[] }[] }).runs[0] ?? {};
  expect([alone.code, results?.filter(({ level }) => level === "error").map(({ ruleId }) => ruleId)]).toEqual([
    1,
    ["gateway-not-found"],
  ]);
  // What is refused is left out, and the rest is looked at, whoever is asked.
  const other = LOST.replace("{ name: lost }", "{ name: refused }").replace("http:", "htpp:");
  for (const args of [`analyze - --alone ${nowhere}`, "analyze -"]) {
    const both = await run(args, `${LOST}---\n${other}`);
    expect(both.code).toBe(3);
    expect(both.said).toContain("the others are looked at without VirtualService/default/refused");
    expect(both.said).toMatch(/:9:34: warning: .*\[destination-host-not-found\]/);
    expect((await run(args, other)).said).not.toContain("are looked at");
  }
  const beside = await run("analyze -", unbound);
  expect([beside.code, beside.said]).toEqual([
    1,
    expect.stringContaining("standard input:6:14: error: VirtualService"),
  ]);
  expect((await run("analyze --live")).said).toBe("nothing found\n");
  await run("apply -f -", unbound);
  // What is asked about and stands already is told of all the same.
  expect((await run("analyze -", unbound)).said).toContain("there is no Gateway nowhere");
  const live = await run("analyze --live");
  expect([live.code, live.said]).toEqual([1, expect.stringContaining("there is no Gateway nowhere")]);
  expect((await run("analyze")).code).toBe(2);
});
