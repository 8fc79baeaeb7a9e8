import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "#cli/client/client.ts";
import { parseJoinToken } from "#core/identity/join-token.ts";
import { runPharos } from "#testing/run-pharos.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";

const group = (name: string, namespace: string, account = "") => `
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ${name}, namespace: ${namespace} }
spec: { template: { ${account === "" ? "" : `serviceAccount: ${account}`} } }
`;

const CONFIG = [
  group("reviews-v1", "default", "reviews"),
  group("ratings-v1", "default"),
  group("till", "shop", "till"),
  ...Array.from({ length: 12 }, (_, at) => group(`worker-${String(at + 1).padStart(2, "0")}`, "large")),
].join("---");

let server: Serve;
const create = (...args: string[]) => runPharos(server.dir, ["token", "create", "--service-account", ...args]);

beforeAll(async () => {
  server = await startServe();
  expect(await runPharos(server.dir, ["apply", "-f", "-"], CONFIG)).toMatchObject({ code: 0 });
});
afterAll(() => server.stop());

test("a token is for a group that is there, or for none", async () => {
  for (const args of [["reviews", "--group", "reviews-v1"], ["anybody", "--group", "ratings-v1"], ["anybody"]]) {
    const { code, stdout } = await create(...args);
    expect(code, args.join(" ")).toBe(0);
    expect(parseJoinToken(stdout.trim()).group, args.join(" ")).toBe(args[2]);
  }
});

test.each([
  [
    "a group that is not there",
    4,
    ["reviews", "--group", "till"],
    "error: group: there is no WorkloadGroup till in namespace default (hint: there are ratings-v1, reviews-v1; or apply it first)\n",
  ],
  [
    "a slip, among many",
    4,
    ["a", "-n", "large", "--group", "worker12"],
    "error: group: there is no WorkloadGroup worker12 in namespace large (hint: did you mean worker-12? there are worker-01, worker-02, worker-03, worker-04, worker-05, worker-06, worker-07, worker-08, worker-09, worker-10 and 2 more; or apply it first)\n",
  ],
  [
    "a group in a namespace without any",
    4,
    ["a", "-n", "empty", "--group", "till"],
    "error: group: there is no WorkloadGroup till in namespace empty (hint: namespace empty has none: apply the WorkloadGroup first)\n",
  ],
  [
    "another account's group",
    3,
    ["ratings", "--group", "reviews-v1"],
    "error: serviceAccount: WorkloadGroup default/reviews-v1 is for account reviews, not ratings (hint: make the token for service account reviews, or name another group)\n",
  ],
  [
    "the control plane's own account",
    6,
    ["pharos", "-n", "istio-system"],
    "error: serviceAccount: istio-system/pharos is the control plane's own account: nobody joins as it (hint: give the workload an account of its own)\n",
  ],
])("%s is refused, in words and in the audit, and no token is made", async (_, code, args, stderr) => {
  const tokens = () => runPharos(server.dir, ["token", "list", "-o", "jsonpath={[*].id}"]);
  const before = await tokens();
  expect(await create(...args)).toEqual({ code, stdout: "", stderr });
  expect(await tokens()).toEqual(before);
  const [line] = await connect({ dir: server.dir }).access.audit.query({ limit: 1 });
  expect(line).toMatchObject({ action: "identity.createJoinToken", outcome: "failed" });
  expect(stderr).toContain(line?.reason);
});
