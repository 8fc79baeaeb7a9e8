import { expect, test } from "vitest";
import { histogramOf } from "#core/telemetry/histogram.ts";
import { EntryFolder, endsBetween } from "#mesh-agent/telemetry/fold-entries.ts";
import { lineOf, OWN } from "#mesh-agent/telemetry/testing/lines.ts";

const INBOUND = {
  dir: "inbound",
  uc: "inbound|9080||",
  up: null,
  uw: null,
  lp: 15123,
  dp: "spiffe://cluster.local/ns/web/sa/caller",
  tv: "TLSv1.3",
  pw: "caller-v2;web;caller;v2",
};

function fold(...lines: string[]) {
  const folder = new EntryFolder(OWN);
  for (const line of lines) folder.addLine(line);
  return folder.take();
}

test("a line of a request that lasts is none of a request, and what clients write makes none", () => {
  const lasting = (fields: object) => JSON.stringify({ li: "run-7", c: 0, bi: 5, bo: 0, ...fields });
  const named = lineOf({ p: '/?"li":"run-8"', ri: JSON.stringify({ li: "run-9" }) });
  const last = lasting({ c: "200", bo: 70, at: "DownstreamEnd" });
  const folded = fold(lasting({ at: "DownstreamPeriodic" }), named, last, lasting({ li: null }));
  expect(folded.lasting).toEqual([
    { id: "run-7", status: 0, bytes: 5, hasEnded: false },
    { id: "run-7", status: 200, bytes: 75, hasEnded: true },
  ]);
  expect([folded.requests, folded.garbageLines]).toEqual([1, 1]);
  expect(fold(lineOf()).lasting).toEqual([]);
});

test("requests of one key and window are one row with exact sums", () => {
  const { windows, requests } = fold(lineOf(), lineOf({ d: 30, bi: 5 }), lineOf({ t: "1772366409990", d: 20 }));
  expect(requests).toBe(3);
  expect(
    windows.map(({ windowStartMs, count, durationSumMs, requestBytes, responseBytes }) => [
      windowStartMs,
      count,
      durationSumMs,
      requestBytes,
      responseBytes,
    ]),
  ).toEqual([
    [1772366400000n, 2n, 42, 5n, 758n],
    // By its end: it began in the window before.
    [1772366410000n, 1n, 20, 0n, 379n],
  ]);
  expect(windows[0]?.durations).toEqual(histogramOf([12, 30]));
  expect(windows[0]?.requestSizes).toEqual(histogramOf([0, 5]));
  expect(windows[0]?.responseSizes).toEqual(histogramOf([379, 379]));
});

test("requests with one code and different reasons are told with their own, whichever came first", () => {
  const answered = [
    "jwt_authn_access_denied{Jwt_is_expired}",
    "jwt_authn_access_denied{Jwt_is_missing}",
    "ext_authz_denied",
    "ext_authz_error",
    "rbac_access_denied_matched_policy[ns[a]-policy[b]-rule[0]]",
    "rbac_access_denied_matched_policy[none]",
    "direct_response",
    "route_not_found",
    "via_upstream",
  ].map((cd) => ({ cd, c: 403 }));
  const closed = ["", "rbac_access_denied_matched_policy[ns[a]-policy[b]-rule[0]]"].map((td) => ({
    cd: "via_upstream",
    td,
    c: 403,
  }));
  const reasonsOf = (...lines: string[]) => fold(...lines).samples.map(({ deniedBy }) => deniedBy);
  for (const end of [INBOUND, { uc: null, up: null, uw: null, uh: null }, { dir: "gateway", uc: null, uh: null }]) {
    const lines = [...answered, ...closed].map((fields) => lineOf({ ...end, ...fields }));
    const alone = lines.flatMap((line) => reasonsOf(line));
    expect(reasonsOf(...lines).toSorted()).toEqual(alone.toSorted());
    expect(reasonsOf(...lines.toReversed()).toSorted()).toEqual(alone.toSorted());
  }
});

test.each([
  [
    "outbound: the service by its cluster, the called by its endpoint and certificate",
    {},
    {
      reporter: "source",
      sourceWorkload: "productpage-v1",
      sourcePrincipal: OWN.principal,
      destinationService: "reviews.default.svc.cluster.local",
      destinationPort: 9080,
      destinationWorkload: "reviews-v1",
      destinationVersion: "v1",
      destinationPrincipal: "spiffe://cluster.local/ns/default/sa/bookinfo-reviews",
      connectionSecurityPolicy: "mutual_tls",
      responseFlags: "-",
      fromGateway: false,
    },
  ],
  [
    "inbound: the caller by its header and certificate, the port for naming the service",
    INBOUND,
    {
      reporter: "destination",
      sourceWorkload: "caller-v2",
      sourceWorkloadNamespace: "web",
      sourcePrincipal: "spiffe://cluster.local/ns/web/sa/caller",
      destinationWorkload: "productpage-v1",
      destinationPort: 15123,
      connectionSecurityPolicy: "mutual_tls",
    },
  ],
  [
    "inbound in plain text from nobody known",
    { ...INBOUND, dp: null, tv: null, pw: null },
    { sourceWorkload: "unknown", sourcePrincipal: "unknown", connectionSecurityPolicy: "none" },
  ],
  [
    "inbound with a certificate and without our header: the namespace of the identity",
    { ...INBOUND, pw: null },
    { sourceWorkload: "unknown", sourceWorkloadNamespace: "web", connectionSecurityPolicy: "mutual_tls" },
  ],
  [
    "a denial names its policy",
    { ...INBOUND, c: 403, cd: "rbac_access_denied_matched_policy[ns[default]-policy[no]-rule[0]]" },
    { deniedBy: "ns[default]-policy[no]-rule[0]", responseCode: 403 },
  ],
  [
    "a connection that a policy closed names it",
    {
      ...INBOUND,
      m: null,
      p: null,
      pr: null,
      c: 0,
      cd: null,
      td: "rbac_access_denied_matched_policy[ns[default]-policy[no]-rule[0]]",
    },
    { deniedBy: "ns[default]-policy[no]-rule[0]", requestProtocol: "tcp" },
  ],
  ["a copy that a mirror made", { ...INBOUND, mi: "1" }, { reporter: "mirror", sourceWorkload: "caller-v2" }],
  [
    "no endpoint: the service is known, the workload is not",
    { c: 503, f: "UH", uh: null, uw: null, up: null },
    {
      destinationService: "reviews.default.svc.cluster.local",
      destinationWorkload: "unknown",
      connectionSecurityPolicy: "unknown",
      responseFlags: "UH",
    },
  ],
  [
    "no route: what our workload asked for",
    { c: 404, f: "NR", uc: null, uh: null, uw: null, up: null, a: "Nowhere.example:8080" },
    { destinationService: "nowhere.example", destinationPort: 8080 },
  ],
  [
    "no route at a gateway: names are not taken from strangers",
    { dir: "gateway", c: 404, f: "NR", uc: null, uh: null, uw: null, up: null, a: "x.example" },
    { destinationService: "unknown", fromGateway: true, reporter: "source" },
  ],
  ["plain text to the called", { up: null }, { connectionSecurityPolicy: "none" }],
  [
    "a timeout in the middle of the handshake is no plain text",
    { c: 504, f: "UT", cd: "response_timeout", up: null },
    { connectionSecurityPolicy: "unknown", responseCode: 504 },
  ],
  [
    "gRPC by its content type, with its status",
    { ct: "application/grpc+proto", g: 14 },
    { requestProtocol: "grpc", grpcResponseStatus: "14" },
  ],
  [
    "TCP has neither method nor code",
    { m: null, p: null, pr: null, c: 0, cd: null, a: null },
    { requestProtocol: "tcp", responseCode: 0 },
  ],
  [
    "a request too broken to have a method is still HTTP",
    { m: null, p: null, pr: null, c: 400, f: "DPE" },
    { requestProtocol: "http", responseCode: 400 },
  ],
])("%s", (_, fields, labels) => expect(fold(lineOf(fields)).windows[0]).toMatchObject(labels));

test("what is no line is counted, and a line behind half of another is found", () => {
  const { requests, garbageLines } = fold(
    lineOf().slice(0, 90) + lineOf(),
    "",
    "\u0000\u0000",
    "{}",
    lineOf({ dir: "sideways" }),
  );
  expect({ requests, garbageLines }).toEqual({ requests: 1, garbageLines: 5 });
});

test("a line with values for labels is found behind half of another that has some too", () => {
  const tagged = lineOf({ mt: { "request.host": "reviews" } });
  for (const half of [tagged.slice(0, 90), tagged.slice(0, -9)])
    expect(fold(half + tagged)).toMatchObject({ requests: 1, garbageLines: 1 });
});

test("the line of a span is of the time at which its request ended", () => {
  const trace = "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-";
  const span = JSON.stringify({ by: "inbound", sp: trace, us: "1772366400500123", d: 12, du: 12_345, c: 200 });
  const endMs = 1_772_366_400_512;
  for (const line of [span, lineOf()]) {
    expect(endsBetween(line, endMs, endMs)).toBe(true);
    expect(endsBetween(line, endMs + 1, endMs + 9)).toBe(false);
  }
  expect(endsBetween("{}", 0, endMs)).toBe(false);
});

test("a flood of names is counted whole, without the names", () => {
  const lines = Array.from({ length: 5000 }, (_, index) =>
    lineOf({ c: 404, f: "NR", uc: null, uw: null, up: null, uh: null, a: `host-${index}` }),
  );
  const { windows } = fold(...lines);
  expect(windows.length).toBeLessThan(2010);
  expect(windows.reduce((sum, { count }) => sum + Number(count), 0)).toBe(5000);
});

test("beyond the limit what is denied stays apart from what is not, whichever policy denied it", () => {
  const denied = (policy: string) =>
    lineOf({ ...INBOUND, c: 403, cd: `rbac_access_denied_matched_policy[ns[default]-policy[${policy}]-rule[0]]` });
  const folder = new EntryFolder(OWN, Math.random, Date.now, 1);
  const lines = [
    lineOf(),
    ...Array.from({ length: 5 }, () => denied("a")),
    ...Array.from({ length: 7 }, () => denied("b")),
    ...Array.from({ length: 9 }, () => lineOf({ ...INBOUND, c: 403 })),
    ...Array.from({ length: 2 }, () => lineOf({ ...INBOUND, c: 404 })),
  ];
  for (const line of lines) folder.addLine(line);
  expect(
    folder
      .take()
      .windows.slice(1)
      .map(({ deniedBy, responseCode, count }) => ({ deniedBy, responseCode, count })),
  ).toEqual([
    { deniedBy: "unknown", responseCode: 400, count: 12n },
    { deniedBy: "", responseCode: 400, count: 11n },
  ]);
});

test("what callers may choose at any length costs a window and a sample no more than a line's worth", () => {
  const long = "x".repeat(60_000);
  const { windows, samples } = fold(
    lineOf({ c: 404, f: "NR", uc: null, uw: null, up: null, uh: null, a: `${long}:99999`, ri: long, m: long, p: long }),
  );
  // No host is that long.
  expect(windows[0]?.destinationService).toBe("unknown");
  expect(windows[0]?.destinationPort).toBe(0);
  expect(JSON.stringify(samples, (_, value) => (typeof value === "bigint" ? 0 : value)).length).toBeLessThan(4000);
});

test("every error is sampled, of the rest a few, all with the same chance; weights sum up to all; queries are left out", () => {
  const folder = new EntryFolder(OWN, () => 0.5);
  for (let index = 0; index < 1000; index += 1) folder.addLine(lineOf({ d: 2, c: index % 100 === 0 ? 503 : 200 }));
  const { samples } = folder.take();
  const failed = samples.filter(({ responseCode }) => responseCode === 503);
  expect(failed.map(({ weight }) => weight)).toEqual(new Array(10).fill(1));
  expect(samples.filter(({ responseCode }) => responseCode === 200).map(({ weight }) => weight)).toEqual(
    new Array(8).fill(990 / 8),
  );
  expect(samples[0]).toMatchObject({
    path: "/reviews/0",
    pathTemplate: "/reviews/{}",
    destinationPort: 9080,
    traceId: "0af7651916cd43dd8448eb211c80319c",
    routeName: "default",
  });
});

test("no flood of one kind hides another, and what is beyond the room is told by weights", () => {
  const folder = new EntryFolder(OWN);
  for (let index = 0; index < 5000; index += 1) folder.addLine(lineOf({ c: 503, f: "UF" }));
  for (let index = 0; index < 3; index += 1) folder.addLine(lineOf({ c: 404 }));
  const { samples } = folder.take();
  const told = (code: number) => samples.filter(({ responseCode }) => responseCode === code);
  expect(told(404)).toHaveLength(3);
  expect(told(503)).toHaveLength(97);
  expect(told(503).reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(5000);
});

test("what is slow beside the other requests of its service is kept", () => {
  const folder = new EntryFolder(OWN);
  for (let index = 0; index < 5000; index += 1) folder.addLine(lineOf({ d: 20 + (index % 10) }));
  folder.take();
  for (let index = 0; index < 500; index += 1) folder.addLine(lineOf({ d: index === 250 ? 900 : 20 + (index % 10) }));
  const slow = folder.take().samples.filter(({ isSlow }) => isSlow);
  expect(slow.map(({ durationMs }) => durationMs)).toContain(900);
});

test("shapes of requests are counted one by one, and are few whatever is asked for", () => {
  const folder = new EntryFolder(OWN);
  for (let index = 0; index < 3000; index += 1)
    folder.addLine(lineOf({ m: index % 3 === 0 ? "POST" : "GET", p: `/reviews/${index}/likes?by=${index}` }));
  for (let index = 0; index < 3000; index += 1)
    folder.addLine(lineOf({ m: `M${index}`, p: `/${"x".repeat(index % 30)}${index}y/z` }));
  const { windows } = folder.take();
  const shapes = windows.flatMap((window) => window.shapes);
  expect(shapes.reduce((sum, { count }) => sum + Number(count), 0)).toBe(6000);
  expect(shapes.length).toBeLessThan(350);
  expect(shapes).toContainEqual(
    expect.objectContaining({ method: "POST", pathTemplate: "/reviews/{}/likes", count: 1000n }),
  );
});

test("a line tells when its request ended, for holding against Envoy's own count", () => {
  const folder = new EntryFolder(OWN);
  expect(folder.addLine(lineOf())).toBe(1772366400512);
  expect(folder.addLine(lineOf({ m: null, pr: null, c: 0 }))).toBeUndefined();
});

test("plain text that a PERMISSIVE port answers is not a refused connection too, as Envoy's TLS inspector has it", () => {
  const guess = {
    d: 1,
    dir: "inbound",
    f: "-",
    lp: 22421,
    ra: "127.0.0.1",
    t: "1772366409990",
    tf: "TLS_error|error:1000009c:SSL_routines:OPENSSL_internal:HTTP_REQUEST:TLS_error_end",
  };
  expect(fold(JSON.stringify(guess))).toMatchObject({ windows: [], requests: 0, garbageLines: 0 });
  const refused = { ...guess, f: "NR", cd: "filter_chain_not_found" };
  expect(fold(JSON.stringify(refused)).windows.map(({ deniedBy }) => deniedBy)).toEqual(["mtls[plaintext]"]);
});

test.each([
  ["as it went on", `00-${"ab".repeat(16)}-e457b5a2e4d86bd1-01`, "ab".repeat(16)],
  ["of nobody's making", "00-none-of-these-01", ""],
  ["with no id", `00-${"0".repeat(32)}-e457b5a2e4d86bd1-01`, ""],
])("a request without a tracer is in the trace that its context says: %s", (_, tp, trace) => {
  expect(fold(lineOf({ ti: undefined, tp, c: 500 })).samples.map(({ traceId }) => traceId)).toEqual([trace]);
});
