import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { MAIN, runPharos } from "#testing/run-pharos.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";

const virtualService = (timeout: string, metadata = "") => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: ratings${metadata} }
spec:
  hosts: [ratings]
  http: [{ timeout: ${timeout}, route: [{ destination: { host: ratings } }] }]
`;

const UNBOUND = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: gnf }
spec: { hosts: [gnf.example.com], gateways: [nope-gw], http: [ { directResponse: { status: 200 } } ] }
`;
const SERVICE = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: parts }
spec: { hosts: [parts.example.com], resolution: DNS, ports: [{ number: 80, name: http, protocol: HTTP }] }
`;
const rule = (...subsets: string[]) => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: parts }
spec: { host: parts.example.com, subsets: [${subsets.map((name) => `{ name: ${name}, labels: { version: ${name} } }`).join(", ")}] }
`;
const ROUTE = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: parts }
spec: { hosts: [parts.example.com], http: [{ route: [{ destination: { host: parts.example.com, subset: v2 } }] }] }
`;

const listOf = (document: string) => JSON.stringify({ apiVersion: "v1", kind: "List", items: [parse(document)] });

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
  // What is found between resources keeps nothing from being written, in a dry run as in earnest.
  ["there is no Gateway nope-gw", 0, "apply -f - --dry-run", UNBOUND],
  ["there is no Gateway nope-gw", 1, "diff -f -", UNBOUND],
  ["there is no Gateway nope-gw", 0, "apply -f - --wait", UNBOUND],
  ["there is no document here", 3, "apply -f -", "# nothing\n---\n"],
  ["there is no document here", 3, "apply -f - --dry-run", ""],
  ["there is no document in -", 3, "delete -f -", "# nothing\n---\n"],
  ["there is no document in -", 3, "delete -f -", "null\n"],
  ["created", 0, "apply -f -", listOf(virtualService("1s"))],
  ["deleted", 0, "delete -f -", listOf(virtualService("1s"))],
  // Who else loses by a change is told before and after it, and so is who gains.
  ["created", 0, "apply -f -", [SERVICE, rule("v1", "v2"), ROUTE].join("---")],
  ["ServiceEntry/default/parts", 0, "explain PARTS.example.COM"],
  ["VirtualService/default/parts spec.http[0].route[0].destination.subset", 0, "apply -f - --dry-run", rule("v1")],
  ["VirtualService/default/parts spec.http[0].route[0].destination.subset", 1, "diff -f -", rule("v1")],
  ["VirtualService/default/parts spec.http[0].route[0].destination.subset", 0, "apply -f -", rule("v1")],
  ["no more: warning: VirtualService/default/parts", 0, "apply -f - --dry-run", rule("v2")],
  ["no more: warning: VirtualService/default/parts", 0, "apply -f -", rule("v2")],
];

test("each exit code is what `pharos help exit-codes` says, with words that tell why", {
  timeout: 120_000,
}, async () => {
  for (const [says, code, args, input] of STEPS) {
    const run = await runPharos(server.dir, args.split(" "), input);
    expect(`${run.stdout}${run.stderr}`, args).toContain(says);
    expect(run.code, args).toBe(code);
  }
});

test("variables that are set to nothing are not set", async () => {
  const nothing = ["env", "PHAROS_SERVER=", "PHAROS_TOKEN="];
  expect(await runPharos(server.dir, ["get", "gw"], "", nothing)).toMatchObject({ code: 0 });
});

test("a reader that has seen enough ends the verb without a word", async () => {
  const child = spawn(process.execPath, [MAIN, "help"], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.destroy();
  const ended = new Promise<number | null>((done) => child.once("close", done));
  expect(await text(child.stderr)).toBe("");
  expect(await ended).toBe(0);
});
