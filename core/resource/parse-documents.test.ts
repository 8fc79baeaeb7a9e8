import { describe, expect, test } from "vitest";
import { parseDocuments } from "#core/resource/parse-documents.ts";

function resource(kind: string, spec: string, metadata = "{ name: a }"): string {
  const group = ["PeerAuthentication", "AuthorizationPolicy"].includes(kind) ? "security" : "networking";
  return `apiVersion: ${group}.istio.io/v1\nkind: ${kind}\nmetadata: ${metadata}\nspec: ${spec}\n`;
}

/** `severity code path @word`, in the order found: the word that stands at the line and column. */
function problems(text: string): string[] {
  return parseDocuments(text).diagnostics.map(({ line = 0, column = 0, severity, code, path }) => {
    const word = /^[^\s,]*/.exec(text.split("\n")[line - 1]?.slice(column - 1) ?? "")?.[0];
    return `${severity} ${code} ${path ?? ""} @${word}`;
  });
}

const ROUTE = "route: [{ destination: { host: a } }]";

describe("reading documents", () => {
  test("reads several documents, each with its own text and comments", () => {
    const text = `# first\n${resource("DestinationRule", "{ host: a }")}---\n${resource("DestinationRule", "{ host: b }", "{ name: b, namespace: shop }")}# last\n`;
    const { documents, diagnostics } = parseDocuments(text, { file: "dir/a.yaml" });
    expect(diagnostics).toEqual([]);
    expect(
      documents.map(({ resource: { kind, metadata }, file, line }) => [
        kind,
        metadata.namespace,
        metadata.name,
        file,
        line,
      ]),
    ).toEqual([
      ["DestinationRule", "default", "a", "dir/a.yaml", 1],
      ["DestinationRule", "shop", "b", "dir/a.yaml", 7],
    ]);
    expect(documents.map((document) => document.text).join("---\n")).toBe(text);
  });

  test("reads JSON", () => {
    const { resources } = parseDocuments(
      JSON.stringify({
        apiVersion: "networking.istio.io/v1beta1",
        kind: "DestinationRule",
        metadata: { name: "a" },
        spec: { host: "a" },
      }),
    );
    expect(resources[0]?.spec).toEqual({ host: "a" });
  });

  test("reads the items of a List, with places in the whole text", () => {
    const text = `apiVersion: v1\nkind: List\nitems:\n# one\n- apiVersion: networking.istio.io/v1\n  kind: DestinationRule\n  metadata: { name: a }\n  spec: { host: a } # here\n- apiVersion: networking.istio.io/v1\n  kind: DestinationRule\n  metadata: { name: b }\n  spec: { hots: b }\n`;
    const { documents, diagnostics } = parseDocuments(text);
    expect(documents.map((document) => document.text)).toEqual([
      "# one\napiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: a }\nspec: { host: a } # here\n",
    ]);
    expect(diagnostics.map(({ line, path, hint }) => [line, path, hint])).toEqual([
      [12, "items[1].spec.hots", "did you mean host?"],
      [12, "items[1].spec.host", undefined],
    ]);
  });

  test("leaves nothing of a document that has an error, and reads the others", () => {
    const { resources } = parseDocuments(
      `${resource("DestinationRule", "{ hots: a }")}---\n${resource("DestinationRule", "{ host: b }", "{ name: b }")}`,
    );
    expect(resources.map((each) => each.metadata.name)).toEqual(["b"]);
  });

  test("takes null for absent, as Kubernetes does, and an empty match of a header for its presence", () => {
    const { resources, diagnostics } = parseDocuments(
      resource(
        "VirtualService",
        `{ hosts: [a], gateways: null, http: [{ match: [{ headers: { x-user: } }], ${ROUTE} }] }`,
      ),
    );
    expect(diagnostics).toEqual([]);
    expect(resources[0]?.spec).toEqual({
      hosts: ["a"],
      http: [{ match: [{ headers: { "x-user": {} } }], route: [{ destination: { host: "a" } }] }],
    });
  });

  test("follows aliases", () => {
    const { resources } = parseDocuments(
      resource(
        "DestinationRule",
        "{ host: a, subsets: [{ name: v1, labels: &l { app: a } }, { name: v2, labels: *l }] }",
      ),
    );
    expect(resources[0]?.spec).toMatchObject({ subsets: [{ labels: { app: "a" } }, { labels: { app: "a" } }] });
  });

  test("warns of what a server wrote, and leaves it out", () => {
    const text = resource("DestinationRule", "{ host: a }", "{ name: a, uid: x, generation: 1 }");
    expect(problems(text)).toEqual([
      "warning field-ignored metadata.uid @x",
      "warning field-ignored metadata.generation @1",
    ]);
    expect(parseDocuments(text).resources[0]?.metadata).toEqual({ name: "a", namespace: "default" });
  });
});

describe("what is wrong has a code, a path and a place", () => {
  test.each<[string, string, string[]]>([
    ["YAML that cannot be read", "a: [1\nb: 2\n", ["error bad-yaml b @b:"]],
    [
      "a key that stands twice",
      resource("DestinationRule", "\n  host: a\n  host: b"),
      ["error duplicate-key spec.host @host:"],
    ],
    ["a document that is no object", "- a\n", ["error wrong-type  @-"]],
    ["no kind", "apiVersion: v1\n", ["error missing-field kind @apiVersion:"]],
    [
      "a kind Pharos does not read",
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec: { replicas: 1 }\n",
      ["error unknown-kind kind @Deployment"],
    ],
    [
      "a kind of Istio that is not handled",
      "apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: { name: a }\n",
      ["error kind-not-handled kind @Sidecar"],
    ],
    [
      "a version that does not exist",
      "apiVersion: networking.istio.io/v9\nkind: Gateway\n",
      ["error unknown-version apiVersion @networking.istio.io/v9"],
    ],
    [
      "the wrong group",
      "apiVersion: security.istio.io/v1\nkind: Gateway\n",
      ["error unknown-version apiVersion @security.istio.io/v1"],
    ],
    ["no name", resource("DestinationRule", "{ host: a }", "{}"), ["error missing-field metadata.name @{}"]],
    [
      "a name that is none",
      resource("DestinationRule", "{ host: a }", "{ name: A_b }"),
      ["error bad-value metadata.name @A_b"],
    ],
    [
      "a namespace that is none",
      resource("DestinationRule", "{ host: a }", "{ name: a, namespace: a.b }"),
      ["error bad-value metadata.namespace @a.b"],
    ],
    [
      "a label that is no text",
      resource("DestinationRule", "{ host: a }", "{ name: a, labels: { v: 1 } }"),
      ["error wrong-type metadata.labels.v @1"],
    ],
    [
      "no spec where one is needed",
      "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: a }\nspec:\n",
      ["error missing-field spec @apiVersion:"],
    ],
    ["an alias of nothing", resource("DestinationRule", "{ host: *nobody }"), ["error bad-yaml spec.host @*nobody"]],
    [
      "fields merged into others",
      resource("DestinationRule", "{ host: a, subsets: [&v { name: v1 }, { <<: *v, name: v2 }] }"),
      ['error merge-key spec.subsets[1]["<<"] @<<:'],
    ],
    [
      "a line break in a header",
      resource("VirtualService", `{ hosts: [a], http: [{ ${ROUTE}, headers: { request: { set: { x: "a\\nb" } } } }] }`),
      ['error bad-value spec.http[0].headers.request.set.x @"a\\nb"'],
    ],
    [
      "a protocol that is not translated",
      resource(
        "ServiceEntry",
        "{ hosts: [a.b], resolution: DNS, ports: [{ number: 80, name: web, protocol: GRPC-WEB }] }",
      ),
      ["error bad-value spec.ports[0].protocol @GRPC-WEB"],
    ],
    [
      "a balancer for captured traffic",
      resource("DestinationRule", "{ host: a, trafficPolicy: { loadBalancer: { simple: PASSTHROUGH } } }"),
      ["error value-not-handled spec.trafficPolicy.loadBalancer.simple @PASSTHROUGH"],
    ],
    [
      "an unknown field",
      resource("DestinationRule", "{ host: a, trafficPolcy: {} }"),
      ["error unknown-field spec.trafficPolcy @trafficPolcy:"],
    ],
    [
      "a field that is not handled",
      resource("DestinationRule", "{ host: a, trafficPolicy: { tunnel: { targetHost: a } } }"),
      ["error field-not-handled spec.trafficPolicy.tunnel @{"],
    ],
    [
      "a value that is not handled",
      resource("AuthorizationPolicy", "{ action: CUSTOM, rules: [{}] }"),
      ["error value-not-handled spec.action @CUSTOM"],
    ],
    [
      "a value that is none of the list",
      resource("PeerAuthentication", "{ mtls: { mode: STRIKT } }"),
      ["error bad-value spec.mtls.mode @STRIKT"],
    ],
    [
      "text for a number",
      resource("ServiceEntry", '{ hosts: [a.b], resolution: DNS, ports: [{ number: "80", name: http }] }'),
      ['error wrong-type spec.ports[0].number @"80"'],
    ],
    [
      "a port out of range",
      resource("ServiceEntry", "{ hosts: [a.b], resolution: DNS, ports: [{ number: 70000, name: http }] }"),
      ["error bad-value spec.ports[0].number @70000"],
    ],
    ["an object for a list", resource("VirtualService", "{ hosts: { a: b } }"), ["error wrong-type spec.hosts @{"]],
    [
      "a list that is empty",
      resource("VirtualService", `{ hosts: [], http: [{ ${ROUTE} }] }`),
      ["error bad-value spec.hosts @[]"],
    ],
    [
      "two of what excludes each other",
      resource("VirtualService", `{ hosts: [a], http: [{ match: [{ uri: { exact: /a, prefix: /b } }], ${ROUTE} }] }`),
      ["error one-of spec.http[0].match[0].uri @{"],
    ],
    [
      "a duration without unit",
      resource("VirtualService", `{ hosts: [a], http: [{ timeout: 5, ${ROUTE} }] }`),
      ["error wrong-type spec.http[0].timeout @5"],
    ],
    [
      "a duration below a millisecond",
      resource("VirtualService", `{ hosts: [a], http: [{ timeout: 10us, ${ROUTE} }] }`),
      ["error bad-value spec.http[0].timeout @10us"],
    ],
    [
      "a duration longer than Go and protobuf can tell",
      resource("VirtualService", `{ hosts: [a], http: [{ timeout: 99999999999999h, ${ROUTE} }] }`),
      ["error bad-value spec.http[0].timeout @99999999999999h"],
    ],
    [
      "a NUL character, escaped",
      resource("VirtualService", `{ hosts: [a], http: [{ match: [{ uri: { prefix: "/\\0" } }], ${ROUTE} }] }`),
      ['error bad-value spec.http[0].match[0].uri.prefix @"/\\0"'],
    ],
    [
      "a NUL character in a name",
      resource(
        "VirtualService",
        `{ hosts: [a], http: [{ match: [{ queryParams: { "\\0": { exact: a } } }], ${ROUTE} }] }`,
      ),
      ['error bad-value spec.http[0].match[0].queryParams["\\u0000"] @"\\0":'],
    ],
    [
      "half of a character, escaped",
      resource("VirtualService", `{ hosts: [a], http: [{ match: [{ uri: { prefix: "/\\uD800" } }], ${ROUTE} }] }`),
      ['error bad-value spec.http[0].match[0].uri.prefix @"/\\uD800"'],
    ],
    [
      "a NUL character as it is, in a comment",
      `${resource("VirtualService", `{ hosts: [a], http: [{ ${ROUTE} }] }`)}\n# \0`,
      ["error bad-yaml  @\0"],
    ],
    [
      "a regex that RE2 refuses",
      resource("VirtualService", `{ hosts: [a], http: [{ match: [{ uri: { regex: "/(?!a)" } }], ${ROUTE} }] }`),
      ['error bad-value spec.http[0].match[0].uri.regex @"/(?!a)"'],
    ],
    [
      "a claim of a token as header",
      resource(
        "VirtualService",
        `{ hosts: [a], http: [{ match: [{ headers: { "@request.auth.claims.x": {} } }], ${ROUTE} }] }`,
      ),
      ['error bad-value spec.http[0].match[0].headers["@request.auth.claims.x"] @"@request.auth.claims.x":'],
    ],
  ])("%s", (_name, text, expected) => {
    expect(problems(text)).toEqual(expected);
    expect(parseDocuments(text).resources).toEqual([]);
  });
});

describe("a resource as a whole is held to Istio's rules", () => {
  const http = (rule: string) => resource("VirtualService", `{ hosts: [a], http: [${rule}] }`);
  const entry = (spec: string) => resource("ServiceEntry", `{ ports: [{ number: 80, name: http }], ${spec} }`);
  test.each<[string, string, string]>([
    ["a rule that does nothing", http("{ timeout: 5s }"), "error missing-field spec.http[0]"],
    ["a rule that does two things", http(`{ ${ROUTE}, redirect: { uri: /b } }`), "error one-of spec.http[0]"],
    [
      "a fault on a redirect",
      http("{ redirect: { uri: /b }, fault: { abort: { httpStatus: 500, percentage: { value: 1 } } } }"),
      "error conflicting-fields spec.http[0].fault",
    ],
    [
      "a fault that never happens",
      http(`{ ${ROUTE}, fault: { abort: { httpStatus: 500 } } }`),
      "warning no-effect spec.http[0].fault.abort",
    ],
    [
      "weights that are all 0",
      http("{ route: [{ destination: { host: a }, weight: 0 }, { destination: { host: b } }] }"),
      "error weight-sum spec.http[0].route",
    ],
    [
      "retries switched off and set",
      http(`{ ${ROUTE}, retries: { attempts: 0, retryOn: 5xx } }`),
      "error conflicting-fields spec.http[0].retries.retryOn",
    ],
    [
      "mirror and mirrors",
      http(`{ ${ROUTE}, mirror: { host: b }, mirrors: [{ destination: { host: c } }] }`),
      "error one-of spec.http[0].mirrors",
    ],
    [
      "a prefix rewrite without prefix",
      http("{ match: [{ uri: { exact: /a } }], redirect: { prefixRewrite: /b } }"),
      "error needs-field spec.http[0].redirect.prefixRewrite",
    ],
    [
      "a rewrite with a group the regex lacks",
      http(`{ ${ROUTE}, rewrite: { uriRegexRewrite: { match: "/(a)", rewrite: '/\\2' } } }`),
      "error bad-value spec.http[0].rewrite.uriRegexRewrite.rewrite",
    ],
    [
      "a header that may not be written",
      http(`{ ${ROUTE}, headers: { request: { set: { ":path": /x } } } }`),
      "error bad-value spec.http[0].headers.request.set",
    ],
    [
      "a lone percent sign",
      http(`{ ${ROUTE}, headers: { response: { add: { x-share: 50% } } } }`),
      "error bad-value spec.http[0].headers.response.add.x-share",
    ],
    [
      "* as host inside the mesh",
      resource("VirtualService", `{ hosts: ["*"], http: [{ ${ROUTE} }] }`),
      "error bad-value spec.hosts[0]",
    ],
    [
      "a host twice",
      resource("VirtualService", `{ hosts: [a, a], http: [{ ${ROUTE} }] }`),
      "error duplicate-value spec.hosts[1]",
    ],
    ["no route at all", resource("VirtualService", "{ hosts: [a] }"), "error missing-field spec"],
    [
      "TLS at a gateway without a mode",
      resource(
        "Gateway",
        "{ servers: [{ port: { number: 443, name: https, protocol: HTTPS }, hosts: [a.b], tls: {} }] }",
      ),
      "error missing-field spec.servers[0].tls",
    ],
    [
      "a rule that an earlier prefix takes",
      http(`{ match: [{ uri: { prefix: /a } }], ${ROUTE} }, { match: [{ uri: { prefix: /a/b } }], ${ROUTE} }`),
      "warning unreachable-rule spec.http[1]",
    ],
    [
      "a subset twice",
      resource("DestinationRule", "{ host: a, subsets: [{ name: v1 }, { name: v1 }] }"),
      "error duplicate-value spec.subsets[1].name",
    ],
    [
      "a maglev table that is no prime",
      resource(
        "DestinationRule",
        "{ host: a, trafficPolicy: { loadBalancer: { consistentHash: { useSourceIp: true, maglev: { tableSize: 100 } } } } }",
      ),
      "error bad-value spec.trafficPolicy.loadBalancer.consistentHash.maglev.tableSize",
    ],
    [
      "MUTUAL without a key",
      resource("DestinationRule", "{ host: a, trafficPolicy: { tls: { mode: MUTUAL, clientCertificate: /a.pem } } }"),
      "error missing-field spec.trafficPolicy.tls",
    ],
    [
      "endpoints without STATIC",
      entry("hosts: [a.b], endpoints: [{ address: 1.2.3.4 }]"),
      "error conflicting-fields spec.endpoints",
    ],
    [
      "a name as STATIC address",
      entry("hosts: [a.b], resolution: STATIC, endpoints: [{ address: c.d }]"),
      "error bad-value spec.endpoints[0].address",
    ],
    [
      "an endpoint's port that the service lacks",
      entry("hosts: [a.b], resolution: STATIC, endpoints: [{ address: 1.2.3.4, ports: { grpc: 1 } }]"),
      "error unknown-port spec.endpoints[0].ports.grpc",
    ],
    [
      "endpoints and a selector",
      entry(
        "hosts: [a.b], resolution: STATIC, endpoints: [{ address: 1.2.3.4 }], workloadSelector: { labels: { a: b } }",
      ),
      "error conflicting-fields spec.workloadSelector",
    ],
    ["a wildcard that DNS cannot look up", entry('hosts: ["*.b.c"], resolution: DNS'), "error bad-value spec.hosts[0]"],
    [
      "HTTPS without tls",
      resource("Gateway", "{ servers: [{ port: { number: 443, name: https, protocol: HTTPS }, hosts: ['*'] }] }"),
      "error missing-field spec.servers[0]",
    ],
    [
      "a short name at a gateway",
      resource("Gateway", "{ servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [reviews] }] }"),
      "error bad-value spec.servers[0].hosts[0]",
    ],
    [
      "ports of mTLS without a selector",
      resource("PeerAuthentication", "{ portLevelMtls: { 8080: { mode: DISABLE } } }"),
      "error needs-selector spec.portLevelMtls",
    ],
    ["a DENY that says nothing", resource("AuthorizationPolicy", "{ action: DENY }"), "error missing-field spec"],
    ["a DENY of nothing", resource("AuthorizationPolicy", "{ action: DENY, rules: [] }"), "error missing-field spec"],
    [
      "retries without a number",
      http(`{ ${ROUTE}, retries: { retryOn: 5xx } }`),
      "error missing-field spec.http[0].retries",
    ],
    ["a wildcard that nobody resolves", entry('hosts: ["*.b.c"]'), "error value-not-handled spec.hosts[0]"],
    [
      "a gateway's part of a label",
      resource("Gateway", "{ servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ['*b.c'] }] }"),
      "error bad-value spec.servers[0].hosts[0]",
    ],
    [
      "TLS versions of which none is left",
      resource(
        "Gateway",
        "{ servers: [{ port: { number: 443, name: https, protocol: HTTPS }, hosts: [a.b], tls: { mode: SIMPLE, serverCertificate: /a, privateKey: /b, maxProtocolVersion: TLSV1_1 } }] }",
      ),
      "error conflicting-fields spec.servers[0].tls.maxProtocolVersion",
    ],
    [
      "an empty source",
      resource("AuthorizationPolicy", "{ rules: [{ from: [{ source: {} }] }] }"),
      "error empty spec.rules[0].from[0].source",
    ],
    [
      "a dry run, which would be enforced",
      resource("AuthorizationPolicy", "{ rules: [{}] }", '{ name: a, annotations: { istio.io/dry-run: "true" } }'),
      "error annotation-not-handled metadata.annotations",
    ],
    [
      "a DENY that closes TCP ports too",
      resource("AuthorizationPolicy", "{ action: DENY, rules: [{ to: [{ operation: { methods: [GET] } }] }] }"),
      "warning denies-tcp spec.rules[0]",
    ],
    [
      "a condition with a bad address",
      resource("AuthorizationPolicy", "{ rules: [{ when: [{ key: source.ip, values: [x] }] }] }"),
      "error bad-value spec.rules[0].when[0]",
    ],
    ["a workload without address", resource("WorkloadEntry", "{ labels: { a: b } }"), "error missing-field spec"],
  ])("%s", (_name, text, expected) => {
    expect(problems(text).map((problem) => problem.replace(/ @.*$/, ""))).toEqual([expected]);
    expect(parseDocuments(text).resources).toHaveLength(expected.startsWith("warning") ? 1 : 0);
  });
});

describe("what would take too much is refused at once", () => {
  const timed = (text: string) => {
    // Of the processor, so that what else runs on the machine is of no account.
    const start = process.cpuUsage();
    const { diagnostics } = parseDocuments(text);
    return {
      ms: process.cpuUsage(start).user / 1000,
      codes: [...new Set(diagnostics.map((diagnostic) => diagnostic.code))],
    };
  };

  test("a document of 5 MB, unread, with the limit named", () => {
    const text = `${resource("VirtualService", "")}  x: |\n${"    xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n".repeat(130_000)}`;
    const { ms, codes } = timed(text);
    expect(codes).toEqual(["too-large"]);
    expect(ms).toBeLessThan(500);
    expect(parseDocuments(text).diagnostics[0]?.message).toContain("1 MB");
  });

  test("aliases of aliases", () => {
    const levels = Array.from(
      { length: 12 },
      (_, index) =>
        `a${index}: &a${index} [${Array.from({ length: 9 }, () => (index === 0 ? "x" : `*a${index - 1}`)).join(", ")}]`,
    );
    const { ms, codes } = timed(
      `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: a, labels: *a11 }\nspec: { hosts: *a11 }\n${levels.join("\n")}`,
    );
    expect(codes).not.toEqual([]);
    expect(ms).toBeLessThan(2000);
  });

  test("a megabyte of keys", () => {
    const { ms, codes } = timed(
      `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: a }\nspec:\n${Array.from({ length: 70_000 }, (_, index) => `  k${index}: 1\n`).join("")}`,
    );
    expect(codes).toContain("unknown-field");
    expect(ms).toBeLessThan(5000);
  });

  test("an alias used beyond the limit of values", () => {
    const hosts = `[${Array.from({ length: 1000 }, (_, index) => `h${index}.x`).join(", ")}]`;
    const text = `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: a }\nspec:\n  hosts: &h ${hosts}\n  http:\n${"  - match: [{ gateways: *h }]\n    route: [{ destination: { host: a } }]\n".repeat(200)}`;
    expect(timed(text).codes).toContain("too-large");
  });

  test("brackets nested without end", () => {
    expect(timed("[".repeat(100_000)).codes).toEqual(["too-large"]);
  });
});
