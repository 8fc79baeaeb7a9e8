import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Answer, type Call, Scenario } from "#testing/scenario.ts";
import { Cleanup, eventually } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
let scenario: Scenario;
beforeAll(async () => {
  scenario = await Scenario.open(cleanup);
});
afterEach(() => expect(scenario.mesh.refusals).toEqual([]));
afterAll(() => cleanup.run());

const SUBSETS = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: default }
spec: { host: reviews, subsets: [{ name: v1, labels: { version: v1 } }, { name: v2, labels: { version: v2 } }] }
`;
const RULE = (policy: string, host = "reviews"): string => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: ${host}-policy, namespace: default }
spec: { host: ${host}, trafficPolicy: ${policy} }
`;
const ROUTES = (...http: string[]): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: default }
spec: { hosts: [reviews], http: [${http.join(", ")}] }
`;
/** With its port: behind a gateway it is not the one the client used. */
const SUBSET = (name: string) => `route: [{ destination: { host: reviews, subset: ${name}, port: { number: 9080 } } }]`;
const V1 = "route: [{ destination: { host: reviews, subset: v1 } }]";
const V2 = "route: [{ destination: { host: reviews, subset: v2 } }]";

const GATEWAY = (...servers: string[]) => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: default }
spec: { selector: { istio: ingressgateway }, servers: [${servers.join(", ")}] }
`;
const BOUND = (name: string, host: string, http: string) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: ${name}, namespace: default }
spec: { hosts: ["${host}"], gateways: [./shop], http: [${http}] }
`;
const HTTP = (hosts: string, more = "") =>
  `{ port: { number: 80, name: http, protocol: HTTP }, hosts: [${hosts}]${more} }`;

const use = (...documents: string[]) => scenario.mesh.use(documents.join("---"));
const route = (...http: string[]) => use(SUBSETS, ROUTES(...http));

/** Where calls arrived, or the status of those that did not. */
async function arrivals(...calls: Call[]): Promise<(string | number)[]> {
  const answers = await Promise.all(calls.map((call) => scenario.call(call)));
  return answers.map(({ seen, status }) => seen?.at ?? status);
}

async function repeat(times: number, call: Call = {}): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (let count = 0; count < times; count += 1) answers.push(await scenario.call(call));
  return answers;
}

describe("matches", () => {
  test("of the path: whole, by prefix, by regular expression, in either case", async () => {
    await route(
      `{ match: [{ uri: { exact: /whole } }, { uri: { prefix: /Pre }, ignoreUriCase: true }, { uri: { regex: "/r[0-9]+" } }], ${V1} }`,
      `{ ${V2} }`,
    );
    const first = ["/whole", "/whole?q", "/prefix", "/r12", "/r1?q"].map((path) => ({ path }));
    const second = ["/Whole", "/wholes", "/r", "/xr1", "/r1x"].map((path) => ({ path }));
    expect(await arrivals(...first)).toEqual(first.map(() => "reviews-v1"));
    expect(await arrivals(...second)).toEqual(second.map(() => "reviews-v2"));
  });

  test("of headers and parameters: values, presence, absence", async () => {
    await route(
      `{ match: [{ headers: { x-a: { exact: "1" }, x-b: {} }, withoutHeaders: { x-c: { prefix: no } } }], ${V1} }`,
      `{ match: [{ queryParams: { q: { regex: "[a-c]+" }, p: {} } }], ${V1} }`,
      `{ ${V2} }`,
    );
    expect(
      await arrivals(
        { headers: { "x-a": "1", "x-b": "any" } },
        { headers: { "x-a": "1", "x-b": "any", "x-c": "yes" } },
        { headers: { "x-a": "1", "x-b": "any", "x-c": "nope" } },
        { headers: { "x-a": "1" } },
        { path: "/?q=abc&p=" },
        { path: "/?q=abcd&p=" },
        { path: "/?q=abc" },
      ),
    ).toEqual(["reviews-v1", "reviews-v1", "reviews-v2", "reviews-v2", "reviews-v1", "reviews-v2", "reviews-v2"]);
  });

  test("an empty list of matches takes every request; requests that nothing matches are not found", async () => {
    await route(`{ match: [], ${V1} }`);
    expect(await arrivals({}, { path: "/x" })).toEqual(["reviews-v1", "reviews-v1"]);
    await route(`{ match: [{ method: { exact: POST } }], ${V1} }`);
    expect(await arrivals({ method: "POST" }, {})).toEqual(["reviews-v1", 404]);
  });

  test("callers whom no rule is for are routed as if there were none", async () => {
    await route(`{ match: [{ sourceLabels: { app: someone-else } }], directResponse: { status: 418 } }`);
    expect((await scenario.call()).status).toBe(200);
    await route(`{ match: [{ sourceLabels: { app: caller } }], directResponse: { status: 418 } }`);
    await eventually("the rule for this caller", async () =>
      (await scenario.call()).status === 418 ? true : undefined,
    );
  });
});

describe("what is done with a request", () => {
  test("paths and hosts are rewritten", async () => {
    await route(
      `{ match: [{ uri: { prefix: /old } }], rewrite: { uri: /new, authority: other.example.com }, ${V1} }`,
      `{ match: [{ uri: { exact: /whole } }], rewrite: { uri: /instead }, ${V1} }`,
      `{ match: [{ uri: { regex: "/by/.*" } }], rewrite: { uri: /instead }, ${V1} }`,
      `{ rewrite: { uriRegexRewrite: { match: "^/v([0-9]+)/(.*)$", rewrite: '/\\2?v=\\1' } }, ${V1} }`,
    );
    const paths = ["/old/x?q=1", "/whole?q=1", "/by/regex?q=1", "/v7/a/b"];
    const seen = await Promise.all(paths.map(async (path) => (await scenario.call({ path })).seen));
    expect(seen.map((each) => each?.url)).toEqual(["/new/x?q=1", "/instead?q=1", "/instead?q=1", "/a/b?v=7"]);
    expect(seen[0]?.headers.host).toBe("other.example.com");
  });

  test("headers are set, added and removed, for all and for one destination; the host too", async () => {
    await route(
      `{ headers: { request: { set: { x-set: new }, add: { x-add: more }, remove: [x-gone] }, response: { set: { x-answer: "%RESPONSE_CODE%" }, remove: [x-app-extra] } },
         route: [{ destination: { host: reviews, subset: v1 }, headers: { request: { set: { x-for: v1, Host: set.example.com } } } }] }`,
    );
    const { seen, headers } = await scenario.call({ headers: { "x-set": "old", "x-add": "one", "x-gone": "here" } });
    expect(seen?.headers).toMatchObject({
      "x-set": "new",
      "x-add": "one, more",
      "x-for": "v1",
      host: "set.example.com",
    });
    expect(seen?.headers).not.toHaveProperty("x-gone");
    expect(headers["x-answer"]).toBe("200");
  });

  test("redirects and answers of the proxy's own", async () => {
    await route(
      "{ match: [{ uri: { prefix: /a } }], redirect: { prefixRewrite: /b, authority: x.example.com, scheme: https, redirectCode: 308 } }",
      '{ match: [{ uri: { regex: "/r.*" } }], redirect: { uri: /fixed } }',
      `{ directResponse: { status: 503, body: { string: "${"sorry ".repeat(1000)}" } } }`,
    );
    const moved = await scenario.call({ path: "/a/1?q=2" });
    expect([moved.status, moved.headers.location]).toEqual([308, "https://x.example.com/b/1?q=2"]);
    expect((await scenario.call({ path: "/r1" })).headers.location).toBe("http://reviews:9080/fixed");
    const sorry = await scenario.call();
    expect([sorry.status, sorry.body.length]).toEqual([503, 6000]);
  });

  test("weights share requests out, and 0 gets none", async () => {
    await route(
      "{ route: [{ destination: { host: reviews, subset: v1 }, weight: 0 }, { destination: { host: reviews, subset: v2 }, weight: 100 }] }",
    );
    expect(new Set((await repeat(20)).map(({ seen }) => seen?.at))).toEqual(new Set(["reviews-v2"]));
    await route(
      "{ route: [{ destination: { host: reviews, subset: v1 }, weight: 1 }, { destination: { host: reviews, subset: v2 }, weight: 1 }] }",
    );
    expect(new Set((await repeat(40)).map(({ seen }) => seen?.at)).size).toBe(2);
  });

  test("a copy goes to the mirror, which the caller never hears of", async () => {
    await route(`{ ${V1}, mirrors: [{ destination: { host: details }, percentage: { value: 100 } }] }`);
    expect(await arrivals({ path: "/copied" })).toEqual(["reviews-v1"]);
    const copy = await eventually("the copy", () => scenario.apps.details.seen.find(({ url }) => url === "/copied"));
    expect(copy.headers.host).toBe("reviews:9080");
  });

  test("faults: what is aborted never arrives", async () => {
    await route(`{ ${V1}, fault: { abort: { httpStatus: 555, percentage: { value: 100 } } } }`);
    const before = scenario.apps["reviews-v1"].seen.length;
    expect(await arrivals({})).toEqual([555]);
    expect(scenario.apps["reviews-v1"].seen.length).toBe(before);
  });

  test("a 503 of the application is not retried unless asked for, then as often as asked", async () => {
    const tries = (path: string) => scenario.apps["reviews-v1"].seen.filter(({ url }) => url === path).length;
    await route(`{ ${V1} }`);
    expect((await scenario.call({ path: "/status/503?plain" })).status).toBe(503);
    expect(tries("/status/503?plain")).toBe(1);
    await route(`{ ${V1}, retries: { attempts: 3, retryOn: "503" } }`);
    expect((await scenario.call({ path: "/status/503?thrice" })).status).toBe(503);
    expect(tries("/status/503?thrice")).toBe(4);
    await route(`{ ${V1}, retries: { attempts: 0 } }`);
    expect((await scenario.call({ path: "/status/503?never" })).status).toBe(503);
    expect(tries("/status/503?never")).toBe(1);
  });

  test("cross-origin requests that were not asked for are answered by the proxy", async () => {
    await route(
      `{ ${V1}, corsPolicy: { allowOrigins: [{ exact: "https://a.example" }], allowMethods: [PUT], maxAge: 60s } }`,
    );
    const preflight = (origin: string) =>
      scenario.call({ method: "OPTIONS", headers: { origin, "access-control-request-method": "PUT" } });
    const ours = await preflight("https://a.example");
    expect(ours.seen).toBeUndefined();
    expect(ours.headers).toMatchObject({
      "access-control-allow-origin": "https://a.example",
      "access-control-max-age": "60",
    });
    expect((await preflight("https://b.example")).seen?.at).toBe("reviews-v1");
  });
});

describe("DestinationRule", () => {
  test("rules for one host add up: the policy of one and the subsets of another", async () => {
    await use(SUBSETS, RULE("{ loadBalancer: { consistentHash: { httpHeaderName: x-user } } }"));
    const users = Array.from({ length: 12 }, (_, index) => ({ headers: { "x-user": `user-${index}` } }));
    const first = await arrivals(...users);
    expect(new Set(first).size).toBe(2);
    expect(await arrivals(...users)).toEqual(first);
    await use(SUBSETS, RULE("{ loadBalancer: { consistentHash: { httpHeaderName: x-user } } }"), ROUTES(`{ ${V2} }`));
    expect(new Set(await arrivals(...users))).toEqual(new Set(["reviews-v2"]));
  });

  test("a cookie keeps a caller where it was", async () => {
    await use(RULE("{ loadBalancer: { consistentHash: { httpCookie: { name: seat, ttl: 1h } } } }"));
    const first = await scenario.call();
    const cookie = String(first.headers["set-cookie"]).split(";")[0] ?? "";
    expect(cookie).toMatch(/^seat=/);
    expect(new Set((await repeat(10, { headers: { cookie } })).map(({ seen }) => seen?.at))).toEqual(
      new Set([first.seen?.at]),
    );
  });

  test("a host that fails too often is left alone", async () => {
    await use(
      RULE(
        "{ outlierDetection: { consecutive5xxErrors: 2, interval: 100ms, baseEjectionTime: 1m, maxEjectionPercent: 50 } }",
      ),
    );
    await eventually("one is ejected", async () => {
      const names = new Set((await repeat(10, { path: "/status/500" })).map(({ headers }) => headers["x-app"]));
      return names.size === 1 ? true : undefined;
    });
  });
});

describe("WorkloadGroup", () => {
  test("an instance whose application is not well gets no request, and gets them again once it is", async () => {
    const group = (status: number) => `
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: reviews-v1, namespace: default }
spec:
  metadata: { labels: { app: reviews, version: v1 } }
  template: { serviceAccount: reviews-v1 }
  probe:
    httpGet: { path: /status/${status}, port: ${scenario.apps["reviews-v1"].port} }
    periodSeconds: 1
    failureThreshold: 2
`;
    const names = async () => new Set(await arrivals(...Array.from({ length: 12 }, () => ({}))));
    await use(SUBSETS);
    expect((await names()).size).toBe(2);
    // Agents hear of it with their next heartbeat.
    await scenario.mesh.apply(group(503));
    await eventually("only the other", async () => ((await names()).size === 1 ? true : undefined));
    expect([...(await names())]).toEqual(["reviews-v2"]);
    await scenario.mesh.apply(group(204));
    await eventually("both", async () => ((await names()).size === 2 ? true : undefined));
  }, 150_000);
});

describe("elsewhere", () => {
  test("TCP goes where its route says, to another service too", async () => {
    expect((await scenario.callTcp()).seen?.at).toMatch(/^reviews/);
    await use(`
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: default }
spec:
  hosts: [reviews]
  tcp:
    - route:
        - { destination: { host: details, port: { number: 7000 } }, weight: 100 }
        - { destination: { host: reviews, port: { number: 7000 } }, weight: 0 }
`);
    await eventually("the other service", async () =>
      (await scenario.callTcp()).seen?.at === "details" ? true : undefined,
    );
  });

  test("a name that a whole host and a short form share is the host's", async () => {
    const external = (hosts: string, address: string) => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: shared, namespace: default }
spec:
  hosts: [${hosts}]
  resolution: STATIC
  ports: [{ number: 9080, name: http, protocol: HTTP }]
  endpoints: [{ address: ${address}, ports: { http: ${scenario.apps.details.port} }, weight: 0 }]
`;
    await use(external("Reviews.Default", "127.0.0.1"));
    expect(await arrivals({ host: "reviews.default:9080" })).toEqual(["details"]);
    expect(String(await arrivals({}))).toMatch(/^reviews/);
    await use(external("other.example.com", "127.0.0.1"));
    expect(String(await arrivals({ host: "reviews.default:9080" }))).toMatch(/^reviews/);
  });

  test("a service without resolution is reached by its name", async () => {
    await use(`
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: local, namespace: default }
spec: { hosts: [localhost], ports: [{ number: ${scenario.apps.details.port}, name: http, protocol: HTTP }] }
`);
    const host = `localhost:${scenario.apps.details.port}`;
    await eventually("its name looked up", async () =>
      String(await arrivals({ host })) === "details" ? true : undefined,
    );
  });
});

describe("a gateway", () => {
  const visits = async (...calls: Call[]) =>
    (await Promise.all(calls.map((call) => scenario.visit(call)))).map(({ seen, status }) => seen?.at ?? status);

  test("serves the hosts of its servers, under whatever port clients see, and adds rules for one host up", async () => {
    await use(
      SUBSETS,
      GATEWAY(HTTP('"*.example.com"')),
      BOUND("a-first", "shop.example.com", `{ ${SUBSET("v1")} }`),
      BOUND("b-second", "shop.example.com", `{ match: [{ uri: { prefix: /v2 } }], ${SUBSET("v2")} }`),
      BOUND("c-rest", "*.example.com", "{ route: [{ destination: { host: details, port: { number: 9080 } } }] }"),
    );
    await eventually("the gateway's port", async () => ((await scenario.visit()).status === 200 ? true : undefined));
    expect(
      await visits(
        {},
        { path: "/v2" },
        { host: "SHOP.example.com:18080" },
        { host: "cart.example.com:18080" },
        { host: "example.org" },
      ),
    ).toEqual(["reviews-v1", "reviews-v2", "reviews-v1", "details", 404]);
  });

  test("sends plain text to TLS where a server asks for it, routes or not", async () => {
    await use(
      SUBSETS,
      GATEWAY(HTTP("shop.example.com, bare.example.com", ", tls: { httpsRedirect: true }")),
      BOUND("shop", "shop.example.com", `{ ${V1} }`),
    );
    await eventually("a redirect", async () => ((await scenario.visit()).status === 301 ? true : undefined));
    expect((await scenario.visit({ path: "/x?y" })).headers.location).toBe("https://shop.example.com/x?y");
    expect((await scenario.visit({ host: "bare.example.com" })).headers.location).toBe("https://bare.example.com/");
  });
});
