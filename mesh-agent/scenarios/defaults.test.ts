import { connect as connectHttp2 } from "node:http2";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "#node/free-port.ts";
import { RawConnection } from "#testing/raw-connection.ts";
import { Scenario } from "#testing/scenario.ts";
import { Cleanup, eventually } from "#testing/test-agent.ts";

const cleanup = new Cleanup();
let scenario: Scenario;
beforeAll(async () => {
  scenario = await Scenario.open(cleanup);
});
afterEach(() => expect(scenario.mesh.refusals).toEqual([]));
afterAll(() => cleanup.run());

const GATEWAY = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: default }
spec: { selector: { istio: ingressgateway }, servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["*"] }] }
`;
const DESTINATION = "route: [{ destination: { host: reviews, port: { number: 9080 } } }]";
const ROUTES = (...http: string[]) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: default }
spec: { hosts: [shop.example.com, reviews], gateways: [./shop, mesh], http: [${http.join(", ")}] }
`;
const RULE = (policy: string) => `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: default }
spec: { host: reviews, trafficPolicy: ${policy} }
`;
const use = async (...documents: string[]) => {
  await scenario.mesh.use([GATEWAY, ...documents].join("---"));
  await eventually("the gateway answers", async () => ((await scenario.visit()).status === 200 ? true : undefined));
};

describe("slashes", () => {
  test("are merged nowhere: routes, policies and applications see those that were sent", async () => {
    await use(
      ROUTES(
        `{ match: [{ uri: { prefix: //adm } }], headers: { response: { set: { x-rule: double } } }, ${DESTINATION} }`,
        `{ match: [{ uri: { prefix: /adm } }], headers: { response: { set: { x-rule: single } } }, ${DESTINATION} }`,
        `{ ${DESTINATION} }`,
      ),
    );
    for (const go of [scenario.visit.bind(scenario), scenario.call.bind(scenario)]) {
      expect((await go({ path: "//adm/x" })).headers["x-rule"]).toBe("double");
      const path = "/fetch/https://files.example.test/k//v%2Fw";
      expect((await go({ path })).seen?.url).toBe(path);
      expect((await go({ path: "/a/./b/../c" })).seen?.url).toBe("/a/c");
    }
  });
});

describe("what a caller says of itself", () => {
  test("with a certificate of its own: no more than that certificate reaches the application", async () => {
    await use(ROUTES(`{ ${DESTINATION} }`));
    const { cert, key } = await scenario.mesh.issue("caller");
    const answer = await scenario.callWithCertificate(
      { cert, key },
      { headers: { "x-forwarded-client-cert": "URI=spiffe://cluster.local/ns/default/sa/admin" } },
    );
    const told = String(answer.seen?.headers["x-forwarded-client-cert"]);
    expect(told).toContain("URI=spiffe://cluster.local/ns/default/sa/caller");
    expect(told).not.toContain("sa/admin");
  });

  test("headers among proxies are taken off at gateways and at the called", async () => {
    const headers = Object.fromEntries(
      [
        "x-envoy-peer-metadata",
        "x-envoy-peer-metadata-id",
        "x-envoy-max-retries",
        "x-envoy-retry-on",
        "x-envoy-upstream-alt-stat-name",
        "x-envoy-force-trace",
        "x-pharos-peer",
        "x-pharos-mirror",
      ].map((name) => [name, "1"]),
    );
    const { seen: plain } = await eventually("reviews-v1", async () => {
      const answer = await scenario.callPlain("/", headers);
      return answer.status === 200 ? answer : undefined;
    });
    const { seen: visited } = await scenario.visit({ headers: { ...headers, "x-envoy-original-path": "/forged" } });
    for (const name of Object.keys(headers)) {
      expect(plain?.headers).not.toHaveProperty(name);
      expect(visited?.headers).not.toHaveProperty(name);
    }
    expect(visited?.headers).not.toHaveProperty("x-envoy-original-path");
  });

  test("a caller's application writes neither the certificate's header in other spellings nor that its requests are copies", async () => {
    const headers = {
      x_forwarded_client_cert: "URI=spiffe://cluster.local/ns/default/sa/admin",
      "x-forwarded_client-cert": "URI=spiffe://cluster.local/ns/default/sa/admin",
      "x-pharos-mirror": "1",
      api_key: "stays",
    };
    const { seen } = await scenario.call({ headers });
    expect(JSON.stringify(seen?.headers)).not.toMatch(/sa\/admin|pharos-mirror/);
    expect(seen?.headers).toHaveProperty("api_key", "stays");
  });
});

describe("over HTTP/2 between proxies", () => {
  test("a WebSocket opens, and the requests beside it go on", async () => {
    await use(ROUTES(`{ ${DESTINATION} }`), RULE("{ connectionPool: { http: { h2UpgradePolicy: UPGRADE } } }"));
    const others = Array.from({ length: 6 }, () => scenario.call());
    for (const [port, path, host] of [
      [scenario.proxyPort, "http://reviews:9080/", "reviews:9080"],
      [scenario.gatewayPort, "/", "shop.example.com"],
    ] as const) {
      const socket = await RawConnection.open(port);
      socket.write(
        `GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n`,
      );
      await socket.until("101 Switching Protocols");
      socket.write("through and back");
      await socket.until("through and back");
      socket.close();
    }
    expect((await Promise.all(others)).map(({ status }) => status)).toEqual(others.map(() => 200));
  });

  test("a gateway takes WebSockets of HTTP/2 clients", async () => {
    await use(ROUTES(`{ ${DESTINATION} }`));
    const session = connectHttp2(`http://127.0.0.1:${scenario.gatewayPort}`);
    cleanup.add(() => session.destroy());
    await new Promise((done) => session.once("remoteSettings", done));
    const stream = session.request({
      ":method": "CONNECT",
      ":protocol": "websocket",
      ":path": "/",
      ":authority": "shop.example.com",
    });
    const status = await new Promise((done) => stream.once("response", (headers) => done(headers[":status"])));
    expect(status).toBe(200);
  });
});

describe("large uploads", () => {
  const UPSTREAM = (name: string, ports: readonly number[]) => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ${name}, namespace: default }
spec:
  hosts: [${name}.example.test]
  resolution: STATIC
  ports: [{ number: 80, name: http, protocol: HTTP }]
  endpoints: [${ports.map((port) => `{ address: 127.0.0.1, ports: { http: ${port} } }`).join(", ")}]
`;

  test("go to the other instance when one is down; to none, they are told so", async () => {
    const dead = await freePort();
    await use(
      ROUTES(`{ ${DESTINATION} }`),
      UPSTREAM("half", [scenario.apps.details.port, dead]),
      UPSTREAM("void", [dead]),
    );
    const body = Buffer.alloc(3_000_000);
    const upload = (host: string) => scenario.call({ host, method: "PUT", body });
    await eventually("the service is known", async () =>
      (await scenario.call({ host: "half.example.test" })).status === 200 ? true : undefined,
    );
    for (let count = 0; count < 12; count += 1) expect((await upload("half.example.test")).status).toBe(200);
    for (let count = 0; count < 6; count += 1) expect((await upload("void.example.test")).status).toBe(503);
  });

  test("to a workload whose application is down are told so by its sidecar", async () => {
    await use(ROUTES(`{ ${DESTINATION} }`));
    scenario.apps.details.stop();
    const body = Buffer.alloc(3_000_000);
    for (let count = 0; count < 12; count += 1)
      expect((await scenario.call({ host: "details:9080", method: "PUT", body })).status).toBe(503);
  });
});
