import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeTestAuthority } from "#grpc/testing/certificates.ts";
import { CapturedMesh, type Running, startOn } from "#testing/captured-mesh.ts";
import { type Host, leaveIpv6Alone, whyNoNamespaces } from "#testing/namespaces.ts";
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

/** By address, by server name, and found by nothing but its port. */
const CONNECTIONS = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: store, namespace: default }
spec:
  hosts: [store.default.svc.cluster.local]
  addresses: [10.99.0.7, "2001:db8:77::7"]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{ number: 7000, name: tcp, protocol: TCP }, { number: 9090, name: any }]
  workloadSelector: { labels: { app: reviews } }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: secure, namespace: default }
spec:
  hosts: [secure.example.test]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{ number: 8443, name: tls, protocol: TLS }]
  workloadSelector: { labels: { app: reviews } }
`;

/** A service of a host that has IPv6 alone, and one outside of the mesh that has an address of it. */
const ofIpv6 = (address: string): string => `
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: alone, namespace: default }
spec: { metadata: { labels: { app: alone } }, template: { serviceAccount: alone } }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: alone, namespace: default }
spec:
  hosts: [alone.default.svc.cluster.local]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{ number: 9080, name: http, protocol: HTTP }]
  workloadSelector: { labels: { app: alone } }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: outside, namespace: default }
spec:
  hosts: [outside.example.test]
  resolution: STATIC
  ports: [{ number: 8088, name: http, protocol: HTTP }]
  endpoints: [{ address: "${address}" }]
`;

/** Greets whoever connects, before they say anything; answers requests; and says by TLS for which name it was asked. */
const NODE_APP = `
const { createServer } = require("node:net");
const https = require("node:https");
createServer((socket) => socket.end("store greets " + socket.remoteAddress)).listen(7000, "0.0.0.0");
require("node:http").createServer((request, response) => response.end("store at " + request.url)).listen(9090, "0.0.0.0");
const [key, cert] = process.argv.slice(1);
https.createServer({ key, cert }, (request, response) => response.end("asked for " + request.socket.servername))
  .listen(8443, "0.0.0.0", () => console.log("listens"));
`;

/** A resolver that knows where the control plane is, whatever it is asked. */
const PYTHON_RESOLVER = `
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("10.77.0.1", 53))
while True:
    query, client = server.recvfrom(512)
    end = query.index(b"\\0", 12) + 5
    isA = query[end - 4:end - 2] == b"\\0\\1"
    answer = b"\\xc0\\x0c\\0\\1\\0\\1\\0\\0\\0\\1\\0\\4" + socket.inet_aton("10.77.0.1") if isA else b""
    server.sendto(query[:2] + b"\\x81\\x80\\0\\1\\0" + (b"\\1" if isA else b"\\0") + b"\\0\\0\\0\\0" + query[12:end] + answer, client)
`;

const PYTHON_CLIENT = `
import socket, sys
with socket.create_connection((sys.argv[1], 7000), 5) as connection:
    print(connection.recv(100).decode() or sys.exit("no greeting"))
`;

const notFrom = (address: string): string => `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: not-from, namespace: default }
spec:
  selector: { matchLabels: { app: reviews } }
  action: DENY
  rules: [{ from: [{ source: { ipBlocks: [${address}] } }] }]
`;

const NODE_CLIENT = `fetch(process.argv[1]).then((answer) => answer.text()).then(console.log)`;

const JAVA_CLIENT = `
public class Ask {
  public static void main(String[] args) throws Exception {
    try (var in = java.net.URI.create(args[0]).toURL().openStream()) { System.out.println(new String(in.readAllBytes())); }
  }
}
`;
const hasJava = spawnSync("java", ["--version"]).status === 0;

const PYTHON_HTTP_CLIENT = `
import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1], timeout=5).read().decode())
`;

const PERL_CLIENT = `use HTTP::Tiny; print HTTP::Tiny->new(timeout => 5)->get($ARGV[0])->{content}`;
const hasPerl = spawnSync("perl", ["-MHTTP::Tiny", "-e", "1"]).status === 0;

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

/** Beside the control plane, by IPv6 alone: who asked, and for what. */
const IPV6_APP = `require("node:http")
  .createServer((request, response) => response.end(request.url + " " + request.socket.remoteAddress))
  .listen({ port: 8088, host: "::", ipv6Only: true })`;

const REVIEWS = ["http://reviews:9080/x"];
const TABLE = "table inet pharos\n";

describe.skipIf(whyNoNamespaces !== undefined)(`captured hosts (${whyNoNamespaces ?? "made here"})`, () => {
  const cleanup = new Cleanup();
  let mesh: CapturedMesh;
  let [shop, reviews, joining, alone]: [Host, Host, Host, Host] = [] as never;
  let agent: Running;
  let shopDir: string;
  afterAll(() => cleanup.run());

  beforeAll(async () => {
    mesh = await CapturedMesh.open(cleanup, 4);
    [shop, reviews, joining, alone] = mesh.hosts as [Host, Host, Host, Host];
    await mesh.pharos(["apply", "-f", "-"], `${MESH}---${CONNECTIONS}`);
    const { key, cert } = await (await makeTestAuthority()).issue("spiffe://cluster.local/ns/default/sa/app");
    startOn(cleanup, reviews, process.execPath, ["-e", NODE_APP, "--", key, cert]);
    startOn(cleanup, reviews, "python3", ["-c", PYTHON_APP]);
    startOn(cleanup, mesh.plane, "python3", ["-c", PYTHON_RESOLVER]);
    await mesh.startAgent(reviews, "reviews", {
      dir: mesh.directory(),
      token: await mesh.makeToken("reviews"),
      ports: Object.entries({ http: 9080, tcp: 7000, tls: 8443, any: 9090 }).map(([name, port]) => ({
        ...{ name, appPort: port, inboundPort: port },
      })),
    });
    shopDir = mesh.directory();
    agent = await mesh.startAgent(shop, "shop", { dir: shopDir, token: await mesh.makeToken("shop") });
  });

  const curl = (host: Host, ...args: readonly string[]) => host.run("curl", ["-sS", "--max-time", "5", ...args]);
  const byName = (url: string) => url.replace(mesh.plane.address, "plane.test").concat("/healthz");
  const tables = (host: Host) => host.run("nft", ["list", "tables"]);

  test("curl that knows nothing of the mesh calls over mTLS as its workload", async () => {
    const answer = await eventually("the shop reaches reviews", () => curl(shop, "-f", ...REVIEWS));
    expect(JSON.parse(answer)).toMatchObject({ path: "/x", xfcc: expect.stringContaining("/sa/shop") });
  });

  test("applications of other languages call as it does, by their own clients", async () => {
    const source = join(mesh.directory(), "Ask.java");
    writeFileSync(source, JAVA_CLIENT);
    const clients: readonly (readonly [string, readonly string[]])[] = [
      [process.execPath, ["-e", NODE_CLIENT, "--", ...REVIEWS]],
      ["python3", ["-c", PYTHON_HTTP_CLIENT, ...REVIEWS]],
      ...(hasPerl ? [["perl", ["-e", PERL_CLIENT, ...REVIEWS]] as const] : []),
      ...(hasJava ? [["java", [source, ...REVIEWS]] as const] : []),
    ];
    // Java compiles its client first.
    for (const [command, args] of clients)
      expect(JSON.parse(await shop.run(command, args, "", 60_000))).toMatchObject({
        xfcc: expect.stringContaining("/sa/shop"),
      });
  });

  test("a server that speaks first greets a TCP client", async () => {
    const greeting = await eventually("the store greets", () => shop.run("python3", ["-c", PYTHON_CLIENT, "store"]));
    expect(greeting).toContain("store greets");
  });

  test("TLS goes by the server's name, at the address of the mesh's own and wherever the client believes it to be", async () => {
    const place = "secure.example.test:8443";
    const elsewhere = ["--resolve", `${place}:203.0.113.9`];
    for (const more of [[], elsewhere])
      expect(await curl(shop, "-k", ...more, `https://${place}/`)).toBe("asked for secure.example.test");
  });

  test("a service answers at its address without a name, and short names are those of the namespace", async () => {
    const [address = ""] = (await shop.run("getent", ["ahostsv4", "reviews"])).split(" ");
    expect(address).toMatch(/^240\.240\./);
    expect(await shop.run("getent", ["ahostsv4", "reviews.default.svc.cluster.local"])).toContain(address);
    expect(JSON.parse(await curl(shop, `http://${address}:9080/by-address`))).toMatchObject({ path: "/by-address" });
  });

  test("requests to a service's own address are for it whatever host they name, where its port says no protocol", async () => {
    for (const address of ["10.99.0.7", "[2001:db8:77::7]"]) {
      const asked = ["-f", "-H", "host: outside.example.test", `http://${address}:9090/own`];
      expect(await eventually(`the shop reaches ${address}`, () => curl(shop, ...asked))).toBe("store at /own");
    }
  });

  test("policies see the caller's own address", async () => {
    const status = () => curl(shop, "-o", "/dev/null", "-w", "%{http_code}", ...REVIEWS);
    await mesh.pharos(["apply", "-f", "-", "--wait"], notFrom(shop.address));
    expect(await status()).toBe("403");
    await mesh.pharos(["apply", "-f", "-", "--wait"], notFrom("10.77.0.200"));
    expect(await status()).toBe("200");
  });

  test("who is not in the mesh is refused at the application's own port", async () => {
    await expect(curl(mesh.plane, `http://${reviews.address}:9080/`)).rejects.toThrow("curl: (56)");
  });

  test("IPv6: a client that knows nothing else calls by name, is refused past the mesh, and goes elsewhere as it meant to", async () => {
    const addresses = await shop.run("getent", ["ahostsv6", "reviews"]);
    expect(addresses).toMatch(/^2001:2::/);
    const answer = await curl(shop, "-6", "-f", "http://reviews:9080/by-ipv6");
    expect(JSON.parse(answer)).toMatchObject({ path: "/by-ipv6", xfcc: expect.stringContaining("/sa/shop") });
    const [address = ""] = addresses.split(" ");
    expect(await curl(shop, "-g", "-f", `http://[${address}]:9080/by-address`)).toContain("/by-address");
    expect(await shop.run("python3", ["-c", PYTHON_CLIENT, "2001:db8:77::7"])).toContain("store greets");
    await expect(curl(mesh.plane, "-g", `http://[${reviews.addressIpv6}]:9080/`)).rejects.toThrow("curl: (56)");
    startOn(cleanup, mesh.plane, process.execPath, ["-e", IPV6_APP]);
    const outside = await eventually("it goes elsewhere", () =>
      curl(shop, "-g", "-f", `http://[${mesh.plane.addressIpv6}]:8088/outside`).catch(() => undefined),
    );
    expect(outside).toBe(`/outside ${shop.addressIpv6}`);
  });

  test("a host that has IPv6 alone is in the mesh, called and calling by name", async () => {
    await leaveIpv6Alone(alone, mesh.plane);
    await mesh.pharos(["apply", "-f", "-"], ofIpv6(mesh.plane.addressIpv6));
    startOn(cleanup, alone, "python3", ["-c", PYTHON_APP]);
    await mesh.startAgent(alone, "alone", {
      dir: mesh.directory(),
      token: await mesh.makeToken("alone", mesh.plane.addressIpv6),
      ports: [{ name: "http", appPort: 9080, inboundPort: 9080 }],
    });
    const called = await eventually("it is called", () => curl(shop, "-f", "http://alone:9080/called"));
    expect(JSON.parse(called)).toMatchObject({ path: "/called", xfcc: expect.stringContaining("/sa/shop") });
    await expect(curl(mesh.plane, "-g", `http://[${alone.addressIpv6}]:9080/`)).rejects.toThrow("curl: (56)");
    const calls = await eventually("it calls", () => curl(alone, "-f", "http://outside.example.test:8088/calls"));
    expect(calls).toBe(`/calls ${alone.addressIpv6}`);
  });

  test("what the mesh does not know goes where it was meant to", async () => {
    expect(await curl(shop, "-f", `${mesh.url}/healthz`)).toContain("ok");
    expect(await curl(shop, "-f", byName(mesh.url))).toContain("ok");
  });

  test("a host joins by one command: what its unit runs makes it part of the mesh, and it leaves without a trace", async () => {
    const place = mesh.directory();
    const [dir, unitDir, tokenFile] = ["agent", "units", "token"].map((each) => join(place, each)) as [
      string,
      string,
      string,
    ];
    mkdirSync(unitDir);
    writeFileSync(tokenFile, await mesh.makeToken("shop"), { mode: 0o600 });
    const places = ["--dir", dir, "--unit-dir", unitDir];
    writeFileSync(join(unitDir, "of-somebody-else"), "");
    const wrongArgs = ["join", "--token-file", tokenFile, "--no-start", "--dir", unitDir, "--unit-dir", unitDir];
    await expect(mesh.pharosOn(joining, wrongArgs)).rejects.toThrow(`${unitDir} is not empty`);
    rmSync(join(unitDir, "of-somebody-else"));
    const joinArgs = ["join", "--token-file", tokenFile, "--name", "shop-1", "--no-start", ...places];
    expect(await mesh.pharosOn(joining, joinArgs)).toContain("nothing was started: start it with");
    await expect(mesh.pharosOn(joining, joinArgs)).rejects.toThrow("this host has joined already");

    const unit = readFileSync(join(unitDir, "pharos-agent.service"), "utf8");
    const [command = "", ...args] = /^ExecStart=(.*)$/m.exec(unit)?.[1]?.split(" ") ?? [];
    const run = startOn(cleanup, joining, command, args);
    cleanup.add(() => killEnvoy(dir));
    await eventually("the unit's agent captures", () =>
      run.said().includes("traffic is captured") ? true : undefined,
    );
    expect(JSON.parse(await curl(joining, "-f", ...REVIEWS))).toMatchObject({
      xfcc: expect.stringContaining("/sa/shop"),
    });
    await expect(mesh.pharosOn(joining, ["leave", ...places])).rejects.toThrow("another agent runs");

    // As if it were killed: what it left goes too.
    await run.end("SIGKILL");
    expect(await tables(joining)).toBe(TABLE);
    const otherArgs = ["leave", "--dir", place, "--unit-dir", unitDir];
    await expect(mesh.pharosOn(joining, otherArgs)).rejects.toThrow(`${place} is not the directory of`);
    expect(await mesh.pharosOn(joining, ["leave", "--unit-dir", unitDir])).toContain("rules of nftables");
    expect(await tables(joining)).toBe("");
    expect(readdirSync(place)).toEqual(["token", "units"]);
    expect(readdirSync(unitDir)).toEqual([]);
    expect(await mesh.pharosOn(joining, ["leave", ...places])).toContain("there was nothing here");
  });

  test("a killed agent leaves traffic working; the next one has one table, and the one after a stop has none", async () => {
    const envoy = envoyPid(shopDir);
    await agent.end("SIGKILL");
    expect(await tables(shop)).toBe(TABLE);
    // Nobody answers for the mesh: the host's resolver is asked.
    await expect.poll(() => shop.run("getent", ["ahostsv4", "reviews"])).toContain(mesh.plane.address);
    await curl(shop, "-f", "--connect-to", `reviews:9080:${reviews.address}:9080`, ...REVIEWS);
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
    for (const family of ["-4", "-6"]) await curl(shop, family, "-f", ...REVIEWS);
    expect(await shop.run("python3", ["-c", PYTHON_CLIENT, "store"])).toContain("store greets");
    expect(await curl(shop, "-k", "https://secure.example.test:8443/")).toBe("asked for secure.example.test");
    await agent.end("SIGKILL");
    expect(await rules()).toContain("PHAROS");
    agent = await mesh.startAgent(shop, "shop", { dir: shopDir, capture: undefined }, "removed rules of capture");
    expect(await rules()).not.toContain("PHAROS");
    await agent.end();
  });
});
