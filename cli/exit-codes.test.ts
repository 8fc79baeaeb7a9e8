import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MAIN, runPharos } from "#cli/testing/run-pharos.ts";
import { type Serve, startServe } from "#server/http/testing/start-serve.ts";

const virtualService = (timeout: string, metadata = "") => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: ratings${metadata} }
spec:
  hosts: [ratings]
  http: [{ timeout: ${timeout}, route: [{ destination: { host: ratings } }] }]
`;

let server: Serve;
beforeAll(async () => {
  server = await startServe();
});
afterAll(() => server.stop());

/** One person's session: each step stands on what the ones before it left. */
const STEPS: readonly (readonly [says: string, code: number, args: string, input?: string | Buffer])[] = [
  ["created (dry run)", 0, "apply -f - --dry-run", virtualService("1s")],
  ["+++ applied/VirtualService/default/ratings", 1, "diff -f -", virtualService("1s")],
  ["--timeout soon is not a duration", 2, "apply -f - --wait --timeout soon", virtualService("1s")],
  ["no resources found", 0, "get vs"],
  ["created", 0, "apply -f - --wait", virtualService("1s")],
  ["unchanged", 0, "apply -f - --dry-run=server", virtualService("1s")],
  ["updated", 0, "apply -f -", virtualService("2s")],
  ["was changed by admin-token", 5, "apply -f -", virtualService("3s", ', resourceVersion: "1"')],
  ["there is no field tiemout here", 3, "apply -f -", virtualService("1s").replace("timeout", "tiemout")],
  ["line 2 is not UTF-8", 3, "apply -f -", Buffer.from("# a\n# \xe9\n", "latin1")],
  ["no VirtualService reviews", 4, "get vs reviews"],
  ["there is no revision 9", 4, "rollback 9"],
  ["Did you mean apply?", 2, "aply"],
  ["unknown option '--nosuch'", 2, "get vs --nosuch"],
  ['no resource type "pods"', 2, "get pods"],
  ["needs a session or an API token", 6, "get vs --token wrong"],
  ["ECONNREFUSED", 9, "get vs --server http://127.0.0.1:2"],
  ["is not a server's address", 2, "get vs --server here"],
  ["deleted", 0, "delete vs ratings --wait"],
  ["VirtualService/default/ratings does not exist", 4, "delete vs ratings"],
];

test("each exit code is what `pharos help exit-codes` says, with words that tell why", {
  timeout: 60_000,
}, async () => {
  for (const [says, code, args, input] of STEPS) {
    const run = await runPharos(server.dir, args.split(" "), input);
    expect(`${run.stdout}${run.stderr}`, args).toContain(says);
    expect(run.code, args).toBe(code);
  }
});

test("a reader that has seen enough ends the verb without a word", async () => {
  const child = spawn(process.execPath, [MAIN, "help"], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  const ended = new Promise<number | null>((done) => child.once("close", done));
  expect(await text(child.stderr)).toBe("");
  expect(await ended).toBe(0);
});
