import { type IncomingHttpHeaders, type OutgoingHttpHeaders, type RequestOptions, request } from "node:http";
import { request as requestTls } from "node:https";
import type { SecureContextOptions } from "node:tls";
import type { ProxySettings } from "#core/mesh-config/proxy-settings.ts";
import { freePort } from "#node/free-port.ts";
import { type EchoApp, type Seen, startEcho } from "#testing/echo-app.ts";
import { RealMesh } from "#testing/real-mesh.ts";
import { type Cleanup, eventually, type RunningAgent, startAgent, temporaryDir } from "#testing/test-agent.ts";

const SERVICE = (name: string): string => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ${name}, namespace: default }
spec:
  hosts: [${name}.default.svc.cluster.local]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{ name: http, number: 9080, protocol: HTTP }, { name: tcp, number: 7000, protocol: TCP }]
  workloadSelector: { labels: { app: ${name} } }
`;
const GROUP = (name: string, labels: string, namespace = "default"): string => `
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: ${name}, namespace: ${namespace} }
spec: { metadata: { labels: { ${labels} } }, template: { serviceAccount: ${name} } }
`;
const MESH = [
  SERVICE("reviews"),
  SERVICE("details"),
  GROUP("caller", "app: caller"),
  GROUP("reviews-v1", "app: reviews, version: v1"),
  GROUP("reviews-v2", "app: reviews, version: v2"),
  GROUP("details", "app: details"),
  GROUP("ingress", "istio: ingressgateway", "istio-system"),
].join("---");

export interface Call {
  readonly method?: string;
  /** `reviews:9080` */
  readonly host?: string;
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Uint8Array;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** What the application saw, where one answered. */
  readonly seen: Seen | undefined;
}

/**
 * Real Envoys with their agents on a real control plane: a caller, `reviews` in two versions, `details`, and a gateway
 * (its ports 80 and 443). What a resource does is seen in the traffic.
 */
export class Scenario {
  readonly mesh: RealMesh;
  readonly apps: Readonly<Record<"reviews-v1" | "reviews-v2" | "details", EchoApp>>;
  /** Of every proxy, the gateway's too. */
  readonly #agents: readonly RunningAgent[];
  /** Of the caller: a TCP listener of its own for port 7000 of reviews. */
  readonly tcpPort: number;
  /** Where reviews-v1's Envoy takes connections for its HTTP port. */
  readonly reviewsPort: number;
  /** The same for its TCP port. */
  readonly reviewsTcpPort: number;
  readonly #adminPort: number;
  readonly #proxyPort: number;
  readonly #gatewayPorts: readonly [http: number, https: number];

  private constructor(
    mesh: RealMesh,
    apps: Scenario["apps"],
    ports: readonly [number, number, number, number, number],
    gatewayPorts: readonly [number, number],
    agents: readonly RunningAgent[],
  ) {
    this.mesh = mesh;
    this.apps = apps;
    [this.tcpPort, this.reviewsPort, this.reviewsTcpPort, this.#proxyPort, this.#adminPort] = ports;
    this.#gatewayPorts = gatewayPorts;
    this.#agents = agents;
  }

  /** With `more` from the first connection on. */
  static async open(cleanup: Cleanup, proxies?: ProxySettings, ...more: string[]): Promise<Scenario> {
    const mesh = await RealMesh.open([MESH, ...more].join("---"), proxies);
    cleanup.add(() => mesh.stop());
    const [v1, v2, details] = await Promise.all(
      ["reviews-v1", "reviews-v2", "details"].map((name) => startEcho(cleanup, name)),
    );
    if (v1 === undefined || v2 === undefined || details === undefined) throw new Error("three apps were started");
    const [tcpPort, proxyPort, adminPort] = await Promise.all([freePort(), freePort(), freePort()]);
    const [http, https] = await Promise.all([freePort(), freePort()]);
    const agents: RunningAgent[] = [];
    const start = (config: Parameters<typeof startAgent>[1]): void => void agents.push(startAgent(cleanup, config));
    const serve = async (group: string, app: EchoApp, adminPort = 0): Promise<readonly [number, number]> => {
      const [http, tcp] = await Promise.all([freePort(), freePort()]);
      start({
        dir: temporaryDir(cleanup),
        adminPort,
        token: mesh.makeToken(group),
        serviceAccount: group,
        group,
        name: `${group}-0`,
        ports: [
          { name: "http", appPort: app.port, inboundPort: http },
          { name: "tcp", appPort: app.port, inboundPort: tcp },
        ],
      });
      return [http, tcp];
    };
    const [reviewsPort, reviewsTcpPort] = await serve("reviews-v1", v1, adminPort);
    await serve("reviews-v2", v2);
    await serve("details", details);
    start({
      dir: temporaryDir(cleanup),
      token: mesh.makeToken("caller"),
      serviceAccount: "caller",
      group: "caller",
      name: "caller-0",
      httpProxyPort: proxyPort,
      outbound: [{ host: "reviews.default.svc.cluster.local", port: 7000, bindPort: tcpPort }],
    });
    start({
      dir: temporaryDir(cleanup),
      token: mesh.makeToken("ingress", "istio-system"),
      nodeType: "router",
      namespace: "istio-system",
      serviceAccount: "ingress",
      group: "ingress",
      name: "ingress-0",
      gatewayPorts: { "80": http, "443": https },
    });
    const apps = { "reviews-v1": v1, "reviews-v2": v2, details };
    const ports = [tcpPort, reviewsPort, reviewsTcpPort, proxyPort, adminPort] as const;
    const scenario = new Scenario(mesh, apps, ports, [http, https], agents);
    await eventually("every service answers", () => scenario.#isUp(), 80_000);
    return scenario;
  }

  async #isUp(): Promise<true | undefined> {
    if ((await this.mesh.handle.proxies()).length < 5) return undefined;
    const answers = await Promise.all([this.call(), this.call(), this.call({ host: "details:9080" })]);
    const names = new Set(answers.map(({ seen }) => seen?.at));
    return names.size === 3 ? true : undefined;
  }

  /** The control plane ends; resolves when every agent knows. */
  async stopControlPlane(): Promise<void> {
    const losses = (): number[] =>
      this.#agents.map(
        ({ log }) => log.filter((line) => line.includes("the connection to the control plane broke")).length,
      );
    const before = losses();
    await this.mesh.stop();
    await eventually("every agent is without the control plane", () =>
      losses().every((count, index) => count > (before[index] ?? 0)) ? true : undefined,
    );
  }

  /** The caller's forward proxy. */
  get proxyPort(): number {
    return this.#proxyPort;
  }

  /** Where the gateway takes connections for its port 80. */
  get gatewayPort(): number {
    return this.#gatewayPorts[0];
  }

  get gatewayTlsPort(): number {
    return this.#gatewayPorts[1];
  }

  /** What the agent of reviews-v1 tells Prometheus. */
  async metrics(): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.#adminPort}/metrics`)).text();
  }

  /** As the caller's application does: through its forward proxy. */
  call({ host = "reviews:9080", path = "/", ...rest }: Call = {}): Promise<Answer> {
    return send(this.#proxyPort, `http://${host}${path}`, host, rest);
  }

  /** From outside, at the gateway. */
  visit({ host = "shop.example.com", path = "/", ...rest }: Call = {}): Promise<Answer> {
    return send(this.#gatewayPorts[0], path, host, rest);
  }

  /** The same over TLS, asking for `host`; rejects when the handshake does. */
  visitTls(tls: SecureContextOptions, { host = "shop.example.com", path = "/", ...rest }: Call = {}): Promise<Answer> {
    return send(this.#gatewayPorts[1], path, host, rest, { ...tls, servername: host });
  }

  /** Past every proxy of the caller's: plain HTTP to reviews-v1's Envoy. */
  callPlain(path = "/", headers: OutgoingHttpHeaders = {}): Promise<Answer> {
    return send(this.reviewsPort, path, "reviews:9080", { headers });
  }

  /** The same over TLS, with a certificate of one's own. */
  callWithCertificate(
    tls: Pick<SecureContextOptions, "cert" | "key">,
    { path = "/", ...rest }: Call = {},
    port = this.reviewsPort,
  ): Promise<Answer> {
    const options = { ...tls, servername: "reviews", rejectUnauthorized: false };
    return send(port, path, "reviews:9080", rest, options);
  }

  /** Over the caller's TCP listener; rejects when the connection is cut. */
  callTcp(path = "/"): Promise<Answer> {
    return send(this.tcpPort, path, "tcp", {});
  }
}

function send(
  port: number,
  path: string,
  host: string,
  { method = "GET", headers = {}, body: outgoingBody }: Call,
  tls?: SecureContextOptions & { readonly servername: string; readonly rejectUnauthorized?: boolean },
): Promise<Answer> {
  return new Promise((done, fail) => {
    const options: RequestOptions = {
      host: "127.0.0.1",
      port,
      path,
      method,
      headers: { ...headers, host },
      agent: false,
      timeout: 20_000,
    };
    const outgoing = tls === undefined ? request(options) : requestTls({ ...options, ...tls });
    outgoing.on("response", (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      answer.on("error", fail);
      answer.on("end", () => {
        const seen = answer.headers["x-app"] === undefined ? undefined : (JSON.parse(body) as Seen);
        done({ status: answer.statusCode ?? 0, headers: answer.headers, body, seen });
      });
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error("timed out")));
    outgoing.on("error", fail);
    outgoing.end(outgoingBody);
  });
}
