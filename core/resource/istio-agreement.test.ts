import { describe, expect, test } from "vitest";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { problems, resource } from "#core/resource/testing/problems.ts";
import { formatPath } from "#core/schema/path.ts";

const ROUTE = "route: [{ destination: { host: a } }]";
const http = (rule: string) => resource("VirtualService", `{ hosts: [a], http: [${rule}] }`);
const rule = (policy: string) => resource("DestinationRule", `{ host: a, trafficPolicy: ${policy} }`);
const entry = (spec: string) => resource("ServiceEntry", `{ hosts: [a.b], ${spec} }`);
const server = (spec: string) =>
  resource("Gateway", `{ servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [a.b], ${spec} }] }`);

describe("what Istio takes is taken", () => {
  test.each<[string, string, readonly string[]]>([
    [
      "a protocol in lower case at a gateway",
      resource("Gateway", "{ servers: [{ port: { number: 80, name: Http_1, protocol: http }, hosts: [a.b] }] }"),
      [],
    ],
    ["a subset in upper case", resource("DestinationRule", "{ host: a, subsets: [{ name: V1 }] }"), []],
    [
      "any value of a header as the absence of it",
      http(`{ match: [{ withoutHeaders: { x: { regex: "*" } } }], ${ROUTE} }`),
      [],
    ],
    [
      "a pseudo-header as condition",
      resource("AuthorizationPolicy", '{ rules: [{ when: [{ key: "request.headers[:method]", values: [GET] }] }] }'),
      [],
    ],
    [
      "a pseudo-header in a match",
      http(`{ match: [{ headers: { ":method": { exact: GET } }, withoutHeaders: { ":path": {} } }], ${ROUTE} }`),
      [],
    ],
    [
      "paths of certificates that are relative",
      rule("{ tls: { mode: MUTUAL, clientCertificate: certs/a.pem, privateKey: certs/a.key } }"),
      [],
    ],
    [
      "empty lists of sources and operations",
      resource("AuthorizationPolicy", "{ rules: [{ from: [], to: [], when: [] }] }"),
      [],
    ],
    [
      "names and numbers that are not set",
      http(`{ name: "", match: [], redirect: { uri: /b, redirectCode: 0, authority: "" } }`),
      [],
    ],
    [
      "limits of a pool that are not set",
      rule("{ connectionPool: { http: { http1MaxPendingRequests: 0, maxConcurrentStreams: 0 } } }"),
      [],
    ],
    ["retries that are switched off by saying nothing", http(`{ ${ROUTE}, retries: {} }`), []],
    ["a host of one label that is a number", resource("DestinationRule", '{ host: "80" }'), []],
    [
      "the share of a copy that goes nowhere",
      http(`{ ${ROUTE}, mirrorPercentage: { value: 5 } }`),
      ["warning no-effect spec.http[0].mirrorPercentage @{"],
    ],
    ["a prefix that is empty", http(`{ match: [{ uri: { prefix: "" } }], ${ROUTE} }`), []],
    ["a protocol that is not set", entry('ports: [{ number: 80, name: http, protocol: "" }]'), []],
    ["a namespace that is not set", resource("DestinationRule", "{ host: a }", '{ name: a, namespace: "" }'), []],
    [
      "fields that are not handled, and not set",
      rule('{ tls: { credentialName: "", caCrl: "" }, loadBalancer: { localityLbSetting: } }'),
      [],
    ],
    [
      "a selector that no workload can match",
      resource("PeerAuthentication", "{ selector: { matchLabels: { 'a b': 'c d' } }, mtls: { mode: STRICT } }"),
      [],
    ],
    [
      "UDP, which is left out",
      entry("ports: [{ number: 53, name: dns, protocol: UDP }]"),
      ["warning no-effect spec.ports[0].protocol @UDP"],
    ],
    [
      "a host twice in a ServiceEntry",
      resource("ServiceEntry", "{ hosts: [a.b, a.b], ports: [{ number: 80, name: http, protocol: HTTP }] }"),
      ["warning duplicate-value spec.hosts[1] @a.b]"],
    ],
    [
      "a cipher suite that is not known",
      resource(
        "Gateway",
        "{ servers: [{ port: { number: 443, name: a, protocol: HTTPS }, hosts: [a.b], tls: { mode: SIMPLE, serverCertificate: /a, privateKey: /b, cipherSuites: [ROT13] } }] }",
      ),
      ["warning no-effect spec.servers[0].tls.cipherSuites[0] @ROT13]"],
    ],
    [
      "TLS settings without effect on plain HTTP",
      server("tls: { minProtocolVersion: TLSV1_2 }"),
      ["warning no-effect spec.servers[0].tls.minProtocolVersion @TLSV1_2"],
    ],
    [
      "settings of a port twice",
      rule("{ portLevelSettings: [{ port: { number: 80 }, tls: {} }, { port: { number: 80 }, tls: {} }] }"),
      ["warning duplicate-value spec.trafficPolicy.portLevelSettings[1].port.number @80"],
    ],
    [
      "a namespace with capitals, of callers and of a gateway's host",
      http(`{ match: [{ sourceNamespace: Prod }], ${ROUTE} }`),
      [],
    ],
    [
      "the same before a gateway's host",
      resource("Gateway", "{ servers: [{ port: { number: 80, name: a, protocol: HTTP }, hosts: [Prod/a.b] }] }"),
      [],
    ],
    [
      "TLS that passes through, whatever certificates are written, and a version of TLS on a port without it",
      resource(
        "Gateway",
        "{ servers: [{ port: { number: 443, name: a, protocol: HTTPS }, hosts: [a.b], tls: { serverCertificate: /a } }, { port: { number: 80, name: b, protocol: HTTP }, hosts: [a.b], tls: { mode: PASSTHROUGH } }, { port: { number: 81, name: c, protocol: HTTP }, hosts: [a.b], tls: { mode: AUTO_PASSTHROUGH } }] }",
      ),
      [
        "warning no-effect spec.servers[0].tls.serverCertificate @/a",
        "warning no-effect spec.servers[1].tls.mode @PASSTHROUGH",
        "warning no-effect spec.servers[2].tls.mode @AUTO_PASSTHROUGH",
      ],
    ],
    ["a scheme that is not set, of a redirect", http('{ redirect: { uri: /b, scheme: "" } }'), []],
    [
      "the same of a probe",
      resource("WorkloadGroup", '{ template: {}, probe: { httpGet: { port: 80, scheme: "" } } }'),
      [],
    ],
    [
      "a check that is switched off, where there is no TLS",
      rule("{ tls: { insecureSkipVerify: true, caCertificates: /ca.pem } }"),
      [],
    ],
    [
      "a destination's host beside a rule's rewrite of it",
      http(
        "{ rewrite: { authority: a }, route: [{ destination: { host: a }, headers: { request: { set: { host: b } } } }] }",
      ),
      [],
    ],
    [
      "a second TCP route, which nothing reaches",
      resource("VirtualService", `{ hosts: [a], tcp: [{ ${ROUTE} }, { ${ROUTE} }] }`),
      ["warning unreachable-rule spec.tcp[1] @{"],
    ],
  ])("%s", (_name, text, expected) => {
    expect(problems(text)).toEqual(expected);
    expect(parseDocuments(text).resources).toHaveLength(1);
  });
});

describe("what Istio refuses is refused", () => {
  const hosts = (list: string) => resource("VirtualService", `{ hosts: [${list}], http: [{ ${ROUTE} }] }`);
  test.each<[string, string, string]>([
    ["hosts of one rule that overlap", hosts('"*.foo.bar", "*.bar"'), "error duplicate-value spec.hosts[1]"],
    ["a host below a wildcard of the same rule", hosts('"*.bar", a.bar'), "error duplicate-value spec.hosts[1]"],
    [
      "several hosts on a port that does not say which is meant",
      resource(
        "ServiceEntry",
        "{ hosts: [a.b, c.d], resolution: STATIC, ports: [{ number: 80, name: tcp, protocol: TCP }], endpoints: [{ address: 1.2.3.4 }] }",
      ),
      "error conflicting-fields spec.ports[0]",
    ],
    [
      "a header of a probe that is no plain name",
      resource("WorkloadGroup", "{ template: {}, probe: { httpGet: { port: 80, httpHeaders: [{ name: 'a:b' }] } } }"),
      "error bad-value spec.probe.httpGet.httpHeaders[0].name",
    ],
    [
      "an underscore in the name of a probe's header",
      resource("WorkloadGroup", "{ template: {}, probe: { httpGet: { port: 80, httpHeaders: [{ name: a_b }] } } }"),
      "error bad-value spec.probe.httpGet.httpHeaders[0].name",
    ],
    [
      "a port with a zero before it, of mTLS",
      resource(
        "PeerAuthentication",
        '{ selector: { matchLabels: { a: b } }, portLevelMtls: { "080": { mode: STRICT } } }',
      ),
      'error bad-value spec.portLevelMtls["080"]',
    ],
    [
      "a wildcard for an account, of a condition",
      resource("AuthorizationPolicy", '{ rules: [{ when: [{ key: source.serviceAccount, values: ["a*"] }] }] }'),
      "error bad-value spec.rules[0].when[0]",
    ],
    [
      "a wildcard to look up, though workloads are selected",
      resource(
        "ServiceEntry",
        '{ hosts: ["*.a.b"], resolution: DNS, ports: [{ number: 1, name: a, protocol: HTTP }], workloadSelector: { labels: { a: b } } }',
      ),
      "error bad-value spec.hosts[0]",
    ],
    [
      "a number to look up",
      resource("ServiceEntry", '{ hosts: ["80"], resolution: DNS, ports: [{ number: 1, name: a, protocol: HTTP }] }'),
      "error bad-value spec.hosts[0]",
    ],
    [
      "an address as the host of a DestinationRule",
      resource("DestinationRule", "{ host: 1.2.3.4 }"),
      "error bad-value spec.host",
    ],
    [
      "an address as a destination",
      resource("VirtualService", "{ hosts: [a], http: [{ route: [{ destination: { host: 1.2.3.4 } }] }] }"),
      "error bad-value spec.http[0].route[0].destination.host",
    ],
    ["an underscore in a host", hosts("a_b"), "error bad-value spec.hosts[0]"],
    ["a host that ends in a number", entry("resolution: DNS").replace("a.b", "a.80"), "error bad-value spec.hosts[0]"],
    ["a lone number to look up", entry("resolution: DNS").replace("a.b", '"1234"'), "error bad-value spec.hosts[0]"],
    [
      "a lone number to look up in turns",
      entry("resolution: DNS_ROUND_ROBIN").replace("a.b", '"1234"'),
      "error bad-value spec.hosts[0]",
    ],
    [
      "an endpoint by a lone number",
      entry('resolution: DNS, endpoints: [{ address: "1234" }]'),
      "error bad-value spec.endpoints[0].address",
    ],
    [
      "a port's name that is no label",
      resource("WorkloadEntry", `{ address: 1.2.3.4, ports: { ${"a".repeat(64)}: 80 } }`),
      `error bad-value spec.ports.${"a".repeat(64)}`,
    ],
    [
      "a Unix socket for two ports",
      entry(
        "resolution: STATIC, ports: [{ number: 1, name: a, protocol: HTTP }, { number: 2, name: b, protocol: HTTP }], endpoints: [{ address: 'unix:///a' }]",
      ),
      "error conflicting-fields spec.endpoints[0].address",
    ],
    [
      "endpoints, though none, beside a selector",
      entry(
        "resolution: STATIC, ports: [{ number: 1, name: a, protocol: HTTP }], endpoints: [], workloadSelector: { labels: { a: b } }",
      ),
      "error conflicting-fields spec.workloadSelector",
    ],
    [
      "mTLS of no port",
      resource("PeerAuthentication", "{ selector: { matchLabels: { a: b } }, portLevelMtls: {} }"),
      "error bad-value spec.portLevelMtls",
    ],
    [
      "its own namespace twice in exportTo, once as a dot",
      resource("DestinationRule", '{ host: a, exportTo: [".", default] }'),
      "error duplicate-value spec.exportTo[1]",
    ],
    [
      "the same the other way round in a ServiceEntry",
      entry('resolution: DNS, exportTo: [default, "."]'),
      "error duplicate-value spec.exportTo[1]",
    ],
    [
      "preflights' answers that hold for part of a second",
      http(`{ ${ROUTE}, corsPolicy: { maxAge: 1500ms } }`),
      "error bad-value spec.http[0].corsPolicy.maxAge",
    ],
    [
      "a host that is written by two headers",
      http(`{ ${ROUTE}, headers: { request: { set: { host: a }, add: { ":authority": b } } } }`),
      'error conflicting-fields spec.http[0].headers.request.add[":authority"]',
    ],
    [
      "a host that is written by a header and a rewrite",
      http(`{ ${ROUTE}, rewrite: { authority: c }, headers: { request: { set: { Host: a } } } }`),
      "error conflicting-fields spec.http[0].headers.request.set.Host",
    ],
    [
      "a warm-up that never gets faster",
      rule("{ loadBalancer: { warmup: { duration: 5s, aggression: 0 } } }"),
      "error bad-value spec.trafficPolicy.loadBalancer.warmup.aggression",
    ],
    [
      "a Maglev table without a size",
      rule("{ loadBalancer: { consistentHash: { useSourceIp: true, maglev: {} } } }"),
      "error missing-field spec.trafficPolicy.loadBalancer.consistentHash.maglev.tableSize",
    ],
    [
      "a blank between conditions of retries",
      http(`{ ${ROUTE}, retries: { attempts: 1, retryOn: "5xx, reset" } }`),
      "error bad-value spec.http[0].retries.retryOn",
    ],
    [
      "a delegate with gateways",
      resource("VirtualService", `{ gateways: [a], http: [{ ${ROUTE} }] }`),
      "error conflicting-fields spec.gateways",
    ],
  ])("%s", (_name, text, expected) => {
    expect(
      problems(text)
        .filter((each) => each.startsWith("error"))
        .map((each) => each.replace(/ @.*$/, "")),
    ).toEqual([expected]);
    expect(parseDocuments(text).resources).toEqual([]);
  });
});

describe("what Istio takes and Pharos does not is refused by name", () => {
  const when = (key: string) =>
    resource("AuthorizationPolicy", `{ rules: [{ when: [{ key: "${key}", values: [a] }] }] }`);
  test.each<[string, string, string]>([
    [
      "the metadata of a filter",
      when("experimental.envoy.filters.a[b]"),
      "value-not-handled spec.rules[0].when[0].key",
    ],
  ])("%s", (_name, text, expected) => {
    expect(parseDocuments(text).diagnostics.map(({ code, path }) => `${code} ${formatPath(path ?? [])}`)).toEqual([
      expected,
    ]);
  });
});
