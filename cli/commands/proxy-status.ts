import type { Command } from "commander";
import { describeRefusals } from "#cli/client/rollout.ts";
import { type CommonOptions, withClient, withServer } from "#cli/commands/command.ts";
import { findProxy } from "#cli/commands/find-proxy.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { age, print, until } from "#cli/output/output.ts";
import { describeClockDifference } from "#core/telemetry/clock-difference.ts";
import type { ProxyStatus } from "#core/view/mesh.ts";
import type { XdsType } from "#core/xds/type-urls.ts";

const sync = (type: XdsType) => ({ title: type, value: (proxy: ProxyStatus) => proxy.sync[type] ?? "-" });

const nameOf = ({ name, namespace }: ProxyStatus) => `${name}.${namespace}`;

const columns = [
  { title: "name", value: nameOf },
  { title: "type", value: ({ type }: ProxyStatus) => type },
  ...(["CDS", "LDS", "EDS", "RDS", "VHDS"] as const).map(sync),
  { title: "revision", value: ({ revision }: ProxyStatus) => revision },
  {
    title: "connected",
    value: ({ connectedSince }: ProxyStatus) => (connectedSince === null ? "away" : age(connectedSince)),
  },
  {
    title: "certificate",
    value: ({ certificateNotAfter }: ProxyStatus) => (certificateNotAfter === null ? "-" : until(certificateNotAfter)),
  },
  { title: "envoy", value: ({ version }: ProxyStatus) => version },
];

/** What is refused now; a refusal that was mended since is history. */
function standingRefusals(proxies: readonly ProxyStatus[]): string[] {
  return describeRefusals(
    proxies.flatMap(({ id, sync: states, lastRefusal }) =>
      lastRefusal === null || states[lastRefusal.type] !== "ERROR" ? [] : [{ id, refusals: [lastRefusal] }],
    ),
  );
}

/** A host whose clock is off: what it measured is dated by the control plane's. */
function wrongClocks(proxies: readonly ProxyStatus[]): string[] {
  return proxies.flatMap((proxy) =>
    proxy.clockAheadMs === undefined
      ? []
      : [`clock: the host of ${nameOf(proxy)} is ${describeClockDifference(proxy.clockAheadMs)} of the control plane`],
  );
}

/** Settings that an Envoy takes at its next start, or that its host overrules. */
function settingsNotes(proxies: readonly ProxyStatus[]): string[] {
  return proxies.flatMap((proxy) => (proxy.settingsNotes ?? []).map((note) => `settings: ${nameOf(proxy)}: ${note}`));
}

export function addProxyStatus(program: Command): void {
  withServer(program.command("proxy-status").alias("ps"))
    .description("the proxy fleet: what each holds, how long its certificate lasts, what it refuses")
    .argument("[proxy]", "only this one: NAME, NAME.NAMESPACE or node id")
    .action((name: string | undefined, options: CommonOptions) =>
      withClient(options, async (api) => {
        const proxies = name === undefined ? await api.proxies.list.query() : [await findProxy(api, name)];
        const sorted = proxies.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)));
        print(options.output, sorted, sorted, columns, "no proxy has connected yet");
        if (options.output === "table")
          for (const line of [...wrongClocks(sorted), ...settingsNotes(sorted), ...standingRefusals(proxies)])
            process.stdout.write(`${line}\n`);
        return EXIT.ok;
      }),
    );
}
