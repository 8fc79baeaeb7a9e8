import { describe, expect, test } from "vitest";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { problems, resource } from "#core/resource/testing/problems.ts";
import { formatPath } from "#core/schema/path.ts";

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
    expect(diagnostics.map(({ line, path, hint }) => [line, formatPath(path ?? []), hint])).toEqual([
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
      "a key that appears twice",
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
      "a version that does not exist",
      "apiVersion: networking.istio.io/v9\nkind: Gateway\n",
      ["error unknown-version apiVersion @networking.istio.io/v9"],
    ],
    [
      "more than a version",
      "apiVersion: networking.istio.io/v1/x\nkind: Gateway\n",
      ["error unknown-version apiVersion @networking.istio.io/v1/x"],
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
      resource("Sidecar", "{ ingress: [{ port: { number: 80 }, tls: { httpsRedirect: true } }] }"),
      ["error field-not-handled spec.ingress[0].tls.httpsRedirect @true"],
    ],
    [
      "a value that is not handled",
      resource("DestinationRule", "{ host: a, trafficPolicy: { loadBalancer: { simple: PASSTHROUGH } } }"),
      ["error value-not-handled spec.trafficPolicy.loadBalancer.simple @PASSTHROUGH"],
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
    ["a list that is empty", resource("VirtualService", "{ hosts: [a], http: [] }"), ["error missing-field spec @{"]],
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
      "a claim of a token at no gateway",
      resource(
        "VirtualService",
        `{ hosts: [a], http: [{ match: [{ headers: { "@request.auth.claims.x": {} } }], ${ROUTE} }] }`,
      ),
      ['error needs-field spec.http[0].match[0].headers["@request.auth.claims.x"] @{}'],
    ],
  ])("%s", (_name, text, expected) => {
    expect(problems(text)).toEqual(expected);
    expect(parseDocuments(text).resources).toEqual([]);
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
  const codesOf = (text: string) => timed(text).codes;

  test("a document of 5 MB, unread, with the limit named", () => {
    const text = `${resource("VirtualService", "")}  x: |\n${"    xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n".repeat(130_000)}`;
    const { ms, codes } = timed(text);
    expect(codes).toEqual(["too-large"]);
    expect(ms).toBeLessThan(5000);
    expect(parseDocuments(text).diagnostics[0]?.message).toContain("1 MB");
  });

  test("aliases of aliases", () => {
    const levels = Array.from(
      { length: 12 },
      (_, index) =>
        `a${index}: &a${index} [${Array.from({ length: 9 }, () => (index === 0 ? "x" : `*a${index - 1}`)).join(", ")}]`,
    );
    const codes = codesOf(
      `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: a, labels: *a11 }\nspec: { hosts: *a11 }\n${levels.join("\n")}`,
    );
    expect(codes).not.toEqual([]);
  });

  test("a megabyte of keys", () => {
    const { ms, codes } = timed(
      `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: a }\nspec:\n${Array.from({ length: 70_000 }, (_, index) => `  k${index}: 1\n`).join("")}`,
    );
    expect(codes).toContain("unknown-field");
    // Two seconds here. Looking for each key among all the others takes minutes.
    expect(ms).toBeLessThan(50_000);
  });

  test("an alias used beyond the limit of values", () => {
    const hosts = `[${Array.from({ length: 1000 }, (_, index) => `h${index}.x`).join(", ")}]`;
    const text = `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: a }\nspec:\n  hosts: &h ${hosts}\n  http:\n${"  - match: [{ gateways: *h }]\n    route: [{ destination: { host: a } }]\n".repeat(200)}`;
    expect(codesOf(text)).toContain("too-large");
  });

  test("brackets nested without end", () => {
    expect(codesOf("[".repeat(100_000))).toEqual(["too-large"]);
  });
});
