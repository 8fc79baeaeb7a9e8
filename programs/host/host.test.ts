import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { formatJoinToken } from "#core/identity/join-token.ts";
import { Secret } from "#core/secret.ts";
import { hostSettings } from "#programs/host/host-settings.ts";
import { joinHost } from "#programs/host/join-host.ts";
import { leaveHost } from "#programs/host/leave-host.ts";
import { settingsFileOf, systemdUnit } from "#programs/host/systemd-unit.ts";

const token = (group?: string): string =>
  formatJoinToken({
    ...{ server: "10.0.0.1:15012", rootFingerprint: "a".repeat(64), id: "t1", secret: new Secret("s".repeat(43)) },
    ...{ trustDomain: "cluster.local", namespace: "shop", serviceAccount: "reviews" },
    ...(group === undefined ? {} : { group }),
  });

test("a host without a place for units is told so before anything is written", async () => {
  const scratch = mkdtempSync(join(tmpdir(), "pharos-host-"));
  const flags = { token: token("reviews-v1"), port: [], dir: join(scratch, "agent") };
  const place = { unitDir: join(scratch, "none"), isToStart: true, root: scratch };
  await expect(joinHost(flags, place)).rejects.toThrow(/there is no .*\/none, where systemd would look/);
  expect(readdirSync(scratch)).toEqual([]);
  rmSync(scratch, { recursive: true });
});

test("the unit keeps the agent alive, and Envoy over its deaths", () => {
  const command = [
    "/usr/bin/node",
    "/opt/pharos/dist/pharos.js",
    "agent",
    "--config",
    "/var/lib/pharos-agent/agent.yaml",
  ];
  expect(systemdUnit({ name: "reviews-a", command, drainSeconds: 10 })).toMatchInlineSnapshot(`
    "[Unit]
    Description=Pharos agent of reviews-a
    Wants=network-online.target
    After=network-online.target nftables.service
    StartLimitIntervalSec=0

    [Service]
    ExecStart=/usr/bin/node /opt/pharos/dist/pharos.js agent --config /var/lib/pharos-agent/agent.yaml
    Restart=always
    RestartSec=1
    KillMode=process
    TimeoutStopSec=30
    LimitNOFILE=1048576
    CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW CAP_NET_BIND_SERVICE CAP_SETGID
    NoNewPrivileges=yes

    [Install]
    WantedBy=multi-user.target
    "
  `);
});

test.each([
  ["/a b/node", '"/a b/node"'],
  ["/100%/node", "/100%%/node"],
  ["/$HOME/node", "/$$HOME/node"],
  ['/a"b\\c', '"/a\\"b\\\\c"'],
  ["", '""'],
])("the word %j is one word to systemd", (word, quoted) => {
  const text = systemdUnit({ name: "n", command: ["node", word], drainSeconds: 0 });
  expect(text).toContain(`\nExecStart=node ${quoted}\n`);
  const command = [word, "agent", "--config", word];
  expect(settingsFileOf(systemdUnit({ name: "n", command, drainSeconds: 0 }))).toBe(word);
});

test("a directory that join did not make is not removed", async () => {
  const dir = mkdtempSync(join(tmpdir(), "pharos-host-"));
  for (const settings of ["", "name: own\ntokenFile: /etc/token\n", ": ["]) {
    writeFileSync(join(dir, "agent.yaml"), settings);
    await expect(leaveHost(dir, dir)).rejects.toThrow("is not a directory that `pharos join` made");
  }
  expect(readdirSync(dir)).toEqual(["agent.yaml"]);
  rmSync(dir, { recursive: true });
});

test("an instance is called as its group and its host unless it is said otherwise; flags stand above the file", () => {
  const dir = mkdtempSync(join(tmpdir(), "pharos-host-"));
  const config = join(dir, "more.yaml");
  const flags = { token: token("reviews-v1"), port: ["http:9080"], dir: "/var/lib/pharos-agent" };
  expect(hostSettings(flags, "Web_1.example.com")).toEqual({
    name: "reviews-v1-web-1",
    dir: "/var/lib/pharos-agent",
    ports: [{ name: "http", appPort: 9080, inboundPort: 9080 }],
    capture: {},
  });
  expect(hostSettings({ ...flags, capture: "nftables" }, "...")).toMatchObject({
    name: "reviews-v1-host",
    capture: { mode: "nftables" },
  });
  expect(hostSettings({ ...flags, token: token() }, "a.b").name).toBe("reviews-a");
  writeFileSync(config, "name: own\ndrainSeconds: 30\ncapture: { excludeOutboundPorts: [25], mode: iptables }\n");
  expect(hostSettings({ ...flags, config, port: [] }, "h")).toEqual({
    name: "own",
    drainSeconds: 30,
    dir: "/var/lib/pharos-agent",
    capture: { excludeOutboundPorts: [25], mode: "iptables" },
  });
  writeFileSync(config, "- a\n");
  expect(() => hostSettings({ ...flags, config }, "h")).toThrow("holds no settings");
  rmSync(dir, { recursive: true });
});
