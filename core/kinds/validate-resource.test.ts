import { describe, expect, test } from "vitest";
import { parseDocuments } from "#core/resource/parse-documents.ts";
import { problems, resource } from "#core/resource/testing/problems.ts";

const ROUTE = "route: [{ destination: { host: a } }]";

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
      "TLS at a gateway's port for plain connections",
      resource("Gateway", "{ servers: [{ port: { number: 443, name: tcp, protocol: TCP }, hosts: [a.b], tls: {} }] }"),
      "error conflicting-fields spec.servers[0].tls",
    ],
    [
      "a server name that is none of the hosts",
      resource(
        "VirtualService",
        "{ hosts: [a.b, '*.c.d'], tls: [{ match: [{ sniHosts: [a.b, x.c.d, c.d] }], route: [{ destination: { host: a } }] }] }",
      ),
      "error bad-value spec.tls[0].match[0].sniHosts[2]",
    ],
    [
      "a wildcard for a part of a server name's label",
      resource(
        "VirtualService",
        "{ hosts: ['*.c.d'], tls: [{ match: [{ sniHosts: ['*x.c.d'] }], route: [{ destination: { host: a } }] }] }",
      ),
      "error bad-value spec.tls[0].match[0].sniHosts[0]",
    ],
    [
      "a delegate that delegates",
      resource("VirtualService", "{ http: [{ delegate: { name: b } }] }"),
      "error conflicting-fields spec.http[0].delegate",
    ],
    [
      "a route beside a delegate",
      resource(
        "VirtualService",
        "{ hosts: [a], http: [{ delegate: { name: b }, route: [{ destination: { host: a } }] }] }",
      ),
      "error conflicting-fields spec.http[0].route",
    ],
    [
      "a rule for connections behind one that takes all, and one that asks for the same as another",
      resource(
        "VirtualService",
        "{ hosts: [a], tcp: [{ match: [{ port: 1 }], route: [{ destination: { host: a } }] }, { match: [{ port: 1 }], route: [{ destination: { host: a } }] }, { route: [{ destination: { host: a } }] }] }",
      ),
      "warning unreachable-rule spec.tcp[1]",
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
      "a ring that stops proxies while they build it",
      resource(
        "DestinationRule",
        "{ host: a, trafficPolicy: { loadBalancer: { consistentHash: { useSourceIp: true, ringHash: { minimumRingSize: 8388608 } } } } }",
      ),
      "warning costly-value spec.trafficPolicy.loadBalancer.consistentHash.ringHash.minimumRingSize",
    ],
    [
      "a maglev table that does, of a port of a subset",
      resource(
        "DestinationRule",
        "{ host: a, subsets: [{ name: v1, trafficPolicy: { portLevelSettings: [{ port: { number: 80 }, loadBalancer: { consistentHash: { useSourceIp: true, maglev: { tableSize: 5000011 } } } }] } }] }",
      ),
      "warning costly-value spec.subsets[0].trafficPolicy.portLevelSettings[0].loadBalancer.consistentHash.maglev.tableSize",
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
      "one name that is looked up by call",
      entry("hosts: [b.c], resolution: DYNAMIC_DNS").replace("name: http", "name: http, protocol: HTTP"),
      "error bad-value spec.hosts[0]",
    ],
    [
      "calls that do not say which name they are for",
      entry('hosts: ["*.b.c"], resolution: DYNAMIC_DNS').replace("name: http", "name: http, protocol: TCP"),
      "error conflicting-fields spec.ports[0].protocol",
    ],
    [
      "an egress proxy for calls that are refused",
      resource("Sidecar", "{ outboundTrafficPolicy: { egressProxy: { host: a.b.c, port: { number: 80 } } } }"),
      "error conflicting-fields spec.outboundTrafficPolicy.egressProxy",
    ],
    [
      "an egress proxy without a port",
      resource("Sidecar", "{ outboundTrafficPolicy: { mode: ALLOW_ANY, egressProxy: { host: a.b.c } } }"),
      "error missing-field spec.outboundTrafficPolicy.egressProxy",
    ],
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
      "error conflicting-fields spec.http[0].retries.retryOn",
    ],
    ...["0.0.0.0", "0.0.0.0/0", "127.0.0.1", "240.240.0.7", "240.240.0.0/16"].map(
      (address): [string, string, string] => [
        `${address}, which is not one service's`,
        entry(`hosts: [a.b], resolution: STATIC, endpoints: [{ address: 1.2.3.4 }], addresses: ["${address}"]`),
        "error bad-value spec.addresses[0]",
      ],
    ),
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
      "a dry run that neither is one nor is none",
      resource("AuthorizationPolicy", "{ rules: [{}] }", "{ name: a, annotations: { istio.io/dry-run: maybe } }"),
      'error bad-value metadata.annotations["istio.io/dry-run"]',
    ],
    [
      "a method that no request has",
      resource("AuthorizationPolicy", "{ rules: [{ to: [{ operation: { methods: [GET, get, '*', HE*] } }] }] }"),
      "warning matches-nothing spec.rules[0].to[0].operation.methods[1]",
    ],
    [
      "a path that no request has",
      resource(
        "AuthorizationPolicy",
        "{ rules: [{ to: [{ operation: { notPaths: [/a, '*', '*.html', 'c*', '/a/{*}'] } }] }] }",
      ),
      "warning matches-nothing spec.rules[0].to[0].operation.notPaths[3]",
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
