import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ApiClient, connect } from "#cli/client/client.ts";
import { makeTestAuthority } from "#grpc/testing/certificates.ts";
import { appRouter } from "#server/api/router.ts";
import { ACCESS_TABLE, readAnswer } from "#server/api/testing/access-table.ts";
import { createAccount } from "#server/auth/create-account.ts";
import { openCallers, PASSWORD, postJson, signIn, type TestCaller } from "#server/auth/testing/callers.ts";
import { openDatabase } from "#server/db/open-database.ts";
import { auditLines } from "#server/http/testing/audit-lines.ts";
import { ENDPOINT_TABLE } from "#server/http/testing/endpoint-table.ts";
import { type Serve, startServe } from "#testing/start-serve.ts";

const FOREIGN = { origin: "http://evil.example" };

let serve: Serve;
/** With the token that the server leaves for whoever runs it. */
let admin: ApiClient;

beforeAll(async () => {
  serve = await startServe();
  admin = connect({ dir: serve.dir });
});
afterAll(() => serve.stop());

const linesOf = (action: string, attempt: () => Promise<unknown>) => auditLines(admin, action, attempt);

const definitions = appRouter._def.procedures as unknown as Readonly<
  Record<string, { readonly _def: { readonly type: "query" | "mutation" | "subscription" } }>
>;
const typeOf = (procedure: string) => definitions[procedure]?._def.type;

interface WireError {
  readonly data: { readonly code: string; readonly httpStatus: number };
}

/** The code of the refusal, undefined when it went well. A subscription without input says it in its first event. */
async function codeOf(answer: Response): Promise<string | undefined> {
  const text = await answer.text();
  if (answer.headers.get("content-type")?.startsWith("text/event-stream") === true) {
    const error = /^event: serialized-error\ndata: (.+)$/m.exec(text)?.[1];
    return error === undefined ? undefined : (JSON.parse(error) as WireError).data.code;
  }
  if (answer.ok) return undefined;
  const { data } = (JSON.parse(text) as { error: WireError }).error;
  expect(data.httpStatus).toBe(answer.status);
  return data.code;
}

describe("over HTTP", () => {
  let callers: readonly TestCaller[];
  let keeper: string;

  beforeAll(async () => {
    const database = await openDatabase(join(serve.dir, "pharos.db"));
    await createAccount(database.db, { name: "Keeper", role: "admin", password: PASSWORD });
    keeper = await signIn(serve.url, "keeper");
    await serve.restart();
    admin = connect({ dir: serve.dir });
    callers = await openCallers(serve.url, database.db);
    await database.close();
  });

  const send = (procedure: string, headers: Readonly<Record<string, string>>): Promise<Response> =>
    typeOf(procedure) === "mutation"
      ? postJson(`${serve.url}/api/trpc/${procedure}`, {}, headers)
      : fetch(`${serve.url}/api/trpc/${procedure}`, { headers });

  test("a session outlives a restart of the server", async () => {
    expect((await send("access.apiTokens", { cookie: keeper })).status).toBe(200);
  });

  test.each([...ACCESS_TABLE])("%s is open to exactly those the table names", async (procedure, row) => {
    const answers: Record<string, string> = {};
    for (const { label, headers } of callers) answers[label] = readAnswer(await codeOf(await send(procedure, headers)));
    expect(answers).toEqual(Object.fromEntries(callers.map(({ label, standing }) => [label, row[standing]])));
  });

  test("a batch is checked call by call", async () => {
    const viewer = callers.find(({ label }) => label === "viewer token");
    const url = `${serve.url}/api/trpc/services.names,access.apiTokens?batch=1`;
    const answers = (await (await fetch(url, { headers: viewer?.headers ?? {} })).json()) as readonly object[];
    expect(answers.map((answer) => Object.keys(answer))).toEqual([["result"], ["error"]]);
  });

  test.each(["a session", "an API token"])(
    "a write with %s does not change anything when a GET carries it",
    async (kind) => {
      const caller = callers.find(({ label }) => label === (kind === "a session" ? "admin session" : "admin token"));
      const url = `${serve.url}/api/trpc/access.createApiToken?input=${encodeURIComponent('{"name":"x","role":"admin"}')}`;
      expect((await fetch(url, { headers: caller?.headers ?? {} })).status).toBe(405);
      expect((await admin.access.apiTokens.query()).map(({ name }) => name)).not.toContain("x");
    },
  );

  test.each([
    ["another site", FOREIGN],
    ["another port of this machine", { origin: "http://127.0.0.1:1" }],
    ["an opaque origin", { origin: "null" }],
    ["a site that hides its name", { origin: "", "sec-fetch-site": "cross-site" }],
  ])("a write from %s is refused with an administrator's cookie, and noted", async (_, foreign) => {
    const cookie = callers.find(({ label }) => label === "admin session")?.headers.cookie ?? "";
    const { origin, ...rest } = { cookie, ...foreign } as Record<string, string>;
    const headers = origin === "" ? rest : { ...rest, origin };
    const lines = await linesOf("/api/trpc/access.createApiToken", async () => {
      const answer = await fetch(`${serve.url}/api/trpc/access.createApiToken`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers } as Record<string, string>,
        body: JSON.stringify({ name: "stolen", role: "admin" }),
      });
      expect(await codeOf(answer)).toBe("FORBIDDEN");
    });
    expect(lines).toEqual(["anonymous [] refused 127.0.0.1"]);
    expect((await admin.access.apiTokens.query()).map(({ name }) => name)).not.toContain("stolen");
  });

  test.each(["/v1/traces", "/jaeger", "/tempo", "/prometheus", "/prometheus/api/v1/write"])(
    "whoever is at %s without a token, or from a page of another site, is refused, and noted",
    async (path) => {
      const cookie = callers.find(({ label }) => label === "admin session")?.headers.cookie ?? "";
      const lines = await linesOf(path, async () => {
        expect((await postJson(serve.url + path, {})).status).toBe(401);
        expect((await postJson(serve.url + path, {})).status).toBe(401);
        expect((await postJson(serve.url + path, {}, { cookie, ...FOREIGN })).status).toBe(403);
      });
      // One a minute for each address, of those without a token.
      expect(lines).toEqual(["anonymous [] refused 127.0.0.1", "anonymous [] refused 127.0.0.1"]);
    },
  );

  test.each(Object.entries(ENDPOINT_TABLE))(
    "%s is open to exactly those the table names",
    async (path, { send, answers }) => {
      for (const { label, standing, headers } of callers) {
        const answer = await fetch(serve.url + path, {
          ...send,
          headers: { ...send.headers, ...headers } as Record<string, string>,
        });
        expect(`${label}: ${answer.status}`).toBe(`${label}: ${answers[standing]}`);
        await answer.body?.cancel();
      }
    },
  );

  test.each([
    ["/api/auth/sign-in/username", 100_000],
    ["/api/auth/setup", 1_000_000],
    ["/v1/traces", 20_000_000],
  ])("%s takes no body without bounds, says so, and goes on to serve the connection", async (path, bytes) => {
    const token = callers.find(({ label }) => label === "admin token")?.headers;
    const text = "x".repeat(bytes);
    for (let i = 0; i < 5; i++) {
      expect((await postJson(serve.url + path, { text }, token)).status).toBe(413);
      expect((await postJson(`${serve.url}/api/trpc/config.check`, {}, token)).status).toBe(400);
    }
  });

  describe("each write leaves a line with who, what and how it ended", () => {
    const SERVICE = [
      "apiVersion: networking.istio.io/v1",
      "kind: ServiceEntry",
      "metadata: { name: audited, namespace: default }",
      "spec: { hosts: [audited.example], ports: [{ number: 80, name: http, protocol: HTTP }], resolution: DNS }",
    ].join("\n");
    const REF = "ServiceEntry/default/audited";
    const QUOTA = [
      "apiVersion: limits.pharos.dev/v1",
      "kind: Quota",
      "metadata: { name: audited, namespace: default }",
      "spec: { amount: 5, period: { calendar: Month } }",
    ].join("\n");
    const CONSUMER = "default/audited|Quota||";
    const SHOP = { namespace: "default", name: "shop" };
    let operator: ApiClient;
    let keeperApi: ApiClient;
    const made = { revision: "", joinToken: "", apiToken: "", revocation: "" };

    const apiOf = (label: string): ApiClient => {
      const { headers } = callers.find((caller) => caller.label === label) as TestCaller;
      return connect({ server: serve.url, token: headers.authorization?.replace("Bearer ", "") });
    };
    beforeAll(() => {
      operator = apiOf("operator token");
      keeperApi = apiOf("admin token");
    });

    const apply = async (text: string) =>
      operator.config.applyChanges.mutate({ changes: [{ op: "upsert", text }], reason: "why not" });
    /** Procedure → what is done, the action in the trail, the line. In the order in which they build on another. */
    const WRITES: Readonly<Record<string, readonly [() => Promise<unknown>, string, () => string]>> = {
      "config.applyChanges": [
        async () => {
          made.revision = String((await apply(SERVICE)).revision);
        },
        "config.apply",
        () => `operator-token [${REF}] allowed 127.0.0.1`,
      ],
      "config.undo": [
        () => operator.config.undo.mutate({ revision: Number(made.revision), reason: "" }),
        "config.undo",
        () => `operator-token [${REF}] allowed 127.0.0.1`,
      ],
      "config.rollback": [
        () => operator.config.rollback.mutate({ revision: Number(made.revision), reason: "" }),
        "config.rollback",
        () => `operator-token [${REF}] allowed 127.0.0.1`,
      ],
      "identity.createJoinToken": [
        async () => {
          const input = { namespace: "default", serviceAccount: "reviews" };
          made.joinToken = (await operator.identity.createJoinToken.mutate(input)).id;
        },
        "identity.createJoinToken",
        () => "operator-token [default/reviews] allowed 127.0.0.1",
      ],
      "identity.revokeJoinToken": [
        () => operator.identity.revokeJoinToken.mutate({ id: made.joinToken }),
        "identity.revokeJoinToken",
        () => `operator-token [${made.joinToken}] allowed 127.0.0.1`,
      ],
      "identity.revoke": [
        async () => {
          const input = { kind: "identity", subject: "default/nobody", reason: "left" } as const;
          made.revocation = (await operator.identity.revoke.mutate(input)).id;
        },
        "identity.revoke",
        () => "operator-token [identity default/nobody] allowed 127.0.0.1",
      ],
      "identity.liftRevocation": [
        () => operator.identity.liftRevocation.mutate({ id: made.revocation, reason: "" }),
        "identity.liftRevocation",
        () => `operator-token [${made.revocation}] allowed 127.0.0.1`,
      ],
      "credentials.put": [
        async () => {
          const { cert, key } = await (await makeTestAuthority()).issue([{ type: "dns", value: "shop.example" }]);
          await operator.credentials.put.mutate({ ...SHOP, certificate: cert, key });
        },
        "credentials.apply",
        () => "operator-token [default/shop] allowed 127.0.0.1",
      ],
      "credentials.remove": [
        () => operator.credentials.remove.mutate(SHOP),
        "credentials.delete",
        () => "operator-token [default/shop] allowed 127.0.0.1",
      ],
      "limits.topUp": [
        async () => {
          await apply(QUOTA);
          const topped = await operator.limits.topUp.mutate({ key: CONSUMER, units: 3, reason: "" });
          expect(topped).toMatchObject({ added: 3, left: 8 });
        },
        "quota.topUp",
        () => `operator-token [${CONSUMER}] allowed 127.0.0.1`,
      ],
      "limits.reset": [
        () => operator.limits.reset.mutate({ key: CONSUMER, reason: "" }),
        "quota.reset",
        () => `operator-token [${CONSUMER}] allowed 127.0.0.1`,
      ],
      "access.createApiToken": [
        async () => {
          made.apiToken = (await keeperApi.access.createApiToken.mutate({ name: "ci", role: "viewer" })).id;
        },
        "access.createApiToken",
        () => "admin-token [ci] allowed 127.0.0.1",
      ],
      "access.revokeApiToken": [
        () => keeperApi.access.revokeApiToken.mutate({ id: made.apiToken }),
        "access.revokeApiToken",
        () => `admin-token [${made.apiToken}] allowed 127.0.0.1`,
      ],
      "access.setRetention": [
        () => keeperApi.access.setRetention.mutate({ spans: "9d" }),
        "access.setRetention",
        () => "admin-token [telemetry] allowed 127.0.0.1",
      ],
      "access.setRedaction": [
        () => keeperApi.access.setRedaction.mutate({ patterns: ["x-api-key"] }),
        "access.setRedaction",
        () => "admin-token [headers of tapped requests] allowed 127.0.0.1",
      ],
    };
    /** POSTs because of the length of what they are asked; they change nothing. */
    const READS = ["config.check", "config.preview", "simulate.request"];

    test("no write of the router is forgotten here", () => {
      const mutations = Object.keys(definitions).filter((procedure) => typeOf(procedure) === "mutation");
      expect([...Object.keys(WRITES), ...READS].sort()).toEqual(mutations.sort());
    });

    test.each(Object.entries(WRITES))("%s", async (_, [write, action, line]) => {
      expect(await linesOf(action, write)).toEqual([line()]);
    });

    test("a write that is refused for what it says", async () => {
      const lines = await linesOf("config.apply", () => apply("kind: Nonsense").catch(() => undefined));
      expect(lines).toEqual([expect.stringMatching(/^operator-token \[.*\] failed 127\.0\.0\.1$/)]);
    });
  });

  test("a page of audit lines is asked for by the id of a line", async () => {
    const [newest] = await admin.access.audit.query({ limit: 1 });
    const older = await admin.access.audit.query({ limit: 500, before: newest?.id });
    expect(older.length).toBeGreaterThan(100);
    expect(older.map(({ id }) => id)).not.toContain(newest?.id);
    await expect(admin.access.audit.query({ limit: 1, before: "yesterday" })).rejects.toThrow("is the id of a line");
  });
});
