import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CapturedMesh, type Running, startOn } from "#testing/captured-mesh.ts";
import { type Host, whyNoNamespaces } from "#testing/namespaces.ts";
import { Cleanup, envoyPid, eventually, killEnvoy } from "#testing/test-agent.ts";

const MESH = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: reviews, namespace: default }
spec:
  hosts: [reviews.default.svc.cluster.local]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{ number: 9080, name: http, protocol: HTTP }]
  workloadSelector: { labels: { app: reviews } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: reviews, namespace: default }
spec: { metadata: { labels: { app: reviews } }, template: { serviceAccount: reviews } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: shop, namespace: default }
spec: { metadata: { labels: { app: shop } }, template: { serviceAccount: shop } }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: default }
spec: { mtls: { mode: STRICT } }
`;

/** Says by which peer and for which certificate it was asked. */
const PYTHON_APP = `
import http.server, json
class App(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"peer": self.client_address[0], "xfcc": self.headers.get("x-forwarded-client-cert"), "path": self.path}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass
http.server.ThreadingHTTPServer(("0.0.0.0", 9080), App).serve_forever()
`;

const REVIEWS = ["--resolve", "reviews:9080:240.240.0.9", "http://reviews:9080/x"];
const TABLE = "table inet pharos\n";

describe.skipIf(whyNoNamespaces !== undefined)(`captured hosts (${whyNoNamespaces ?? "made here"})`, () => {
  const cleanup = new Cleanup();
  let mesh: CapturedMesh;
  let [shop, reviews]: [Host, Host] = [] as never;
  let agent: Running;
  let shopDir: string;
  afterAll(() => cleanup.run());

  beforeAll(async () => {
    mesh = await CapturedMesh.open(cleanup, 2);
    [shop, reviews] = mesh.hosts as [Host, Host];
    await mesh.pharos(["apply", "-f", "-"], MESH);
    startOn(cleanup, reviews, "python3", ["-c", PYTHON_APP]);
    await mesh.startAgent(reviews, "reviews", {
      dir: mesh.directory(),
      token: await mesh.makeToken("reviews"),
      ports: [{ name: "http", appPort: 9080, inboundPort: 9080 }],
    });
    shopDir = mesh.directory();
    agent = await mesh.startAgent(shop, "shop", { dir: shopDir, token: await mesh.makeToken("shop") });
  });

  const curl = (host: Host, ...args: readonly string[]) => host.run("curl", ["-sS", "--max-time", "5", ...args]);
  const tables = (host: Host) => host.run("nft", ["list", "tables"]);

  test("curl that knows nothing of the mesh calls over mTLS as its workload", async () => {
    const answer = await eventually("the shop reaches reviews", () => curl(shop, "-f", ...REVIEWS));
    expect(JSON.parse(answer)).toMatchObject({ path: "/x", xfcc: expect.stringContaining("/sa/shop") });
  });

  test("who is not in the mesh is refused at the application's own port", async () => {
    await expect(curl(mesh.plane, `http://${reviews.address}:9080/`)).rejects.toThrow("curl: (56)");
  });

  test("what the mesh does not know goes where it was meant to", async () => {
    expect(await curl(shop, "-f", `${mesh.url}/healthz`)).toContain("ok");
  });

  test("a killed agent leaves traffic working; the next one has one table, and the one after a stop has none", async () => {
    const envoy = envoyPid(shopDir);
    await agent.end("SIGKILL");
    expect(await tables(shop)).toBe(TABLE);
    await curl(shop, "-f", ...REVIEWS);
    agent = await mesh.startAgent(shop, "shop", { dir: shopDir });
    expect(envoyPid(shopDir)).toBe(envoy);
    expect(await tables(shop)).toBe(TABLE);
    await curl(shop, "-f", ...REVIEWS);
    await agent.end();
    expect(await tables(shop)).toBe("");
    expect(envoyPid(shopDir)).toBeUndefined();
  });

  test("where agent and Envoy are dead, captured connections fail, or go on where it is to be open", async () => {
    agent = await mesh.startAgent(shop, "shop", { dir: shopDir });
    await agent.end("SIGKILL");
    killEnvoy(shopDir);
    await expect(curl(shop, `${mesh.url}/healthz`)).rejects.toThrow("curl: (7)");
    agent = await mesh.startAgent(shop, "shop", { dir: shopDir, capture: { whenDead: "open" } });
    expect(await tables(shop)).toBe(TABLE);
    await agent.end("SIGKILL");
    killEnvoy(shopDir);
    await expect.poll(() => tables(shop)).toBe("");
    await curl(shop, "-f", `${mesh.url}/healthz`);
  });

  test("iptables does the same, and an agent that captures nothing removes what another left", async () => {
    const rules = () => shop.run("iptables-save", ["-t", "nat"]);
    agent = await mesh.startAgent(shop, "shop", { dir: shopDir, capture: { mode: "iptables" } });
    await curl(shop, "-f", ...REVIEWS);
    await agent.end("SIGKILL");
    expect(await rules()).toContain("PHAROS");
    agent = await mesh.startAgent(shop, "shop", { dir: shopDir, capture: undefined }, "removed rules of capture");
    expect(await rules()).not.toContain("PHAROS");
    await agent.end();
  });
});
