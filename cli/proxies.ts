import type { Command } from "commander";
import { stringify } from "yaml";
import type { ApiClient } from "#cli/client.ts";
import { type CommonOptions, withClient, withServer } from "#cli/command.ts";
import { EXIT } from "#cli/exit-codes.ts";
import { age, print } from "#cli/output.ts";
import { PharosError } from "#core/errors.ts";
import type { ProxyStatus } from "#core/view/mesh.ts";
import type { XdsType } from "#core/xds/type-urls.ts";

const SECTIONS = {
  clusters: "CDS",
  cluster: "CDS",
  endpoints: "EDS",
  endpoint: "EDS",
  listeners: "LDS",
  listener: "LDS",
  routes: "RDS",
  route: "RDS",
  virtualhosts: "VHDS",
  secrets: "SDS",
} as const satisfies Record<string, XdsType>;

/** NAME, NAME.NAMESPACE or the whole node id, as istioctl takes them. */
async function findProxy(api: ApiClient, text: string): Promise<ProxyStatus> {
  const all = await api.proxies.list.query();
  const found = all.filter((proxy) => [proxy.id, proxy.name, `${proxy.name}.${proxy.namespace}`].includes(text));
  if (found.length === 1 && found[0] !== undefined) return found[0];
  throw new PharosError(
    "not-found",
    found.length === 0 ? `no proxy "${text}" is connected` : `"${text}" names ${found.length} proxies`,
    {
      hint: found.length === 0 ? "`pharos proxy-status` lists them" : "add the namespace: NAME.NAMESPACE",
    },
  );
}

export function addProxyStatus(program: Command): void {
  withServer(program.command("proxy-status").alias("ps"))
    .description("the proxy fleet: what each holds, when its certificate ends, what it last refused")
    .action((options: CommonOptions) =>
      withClient(options, async (api) => {
        const proxies = await api.proxies.list.query();
        const sync = (type: XdsType) => ({ title: type, value: (proxy: ProxyStatus) => proxy.sync[type] ?? "-" });
        print(
          options.output,
          proxies,
          proxies,
          [
            { title: "name", value: (proxy) => `${proxy.name}.${proxy.namespace}` },
            { title: "type", value: (proxy) => proxy.type },
            sync("CDS"),
            sync("LDS"),
            sync("EDS"),
            sync("RDS"),
            sync("VHDS"),
            {
              title: "connected",
              value: (proxy) => (proxy.connectedSince === null ? "away" : age(proxy.connectedSince)),
            },
            { title: "certificate until", value: (proxy) => proxy.certificateNotAfter },
            { title: "version", value: (proxy) => proxy.version },
          ],
          "no proxy has connected yet",
        );
        return EXIT.ok;
      }),
    );
}

export function addProxyConfig(program: Command): void {
  withServer(program.command("proxy-config").alias("pc"))
    .description("what a proxy was given: `pharos proxy-config clusters reviews-v1-0`")
    .argument("<section>", [...new Set(Object.keys(SECTIONS))].join(", "))
    .argument("<proxy>", "NAME, NAME.NAMESPACE or node id")
    .action((section: string, name: string, options: CommonOptions) =>
      withClient(options, async (api) => {
        const type = Object.hasOwn(SECTIONS, section) ? SECTIONS[section as keyof typeof SECTIONS] : undefined;
        if (type === undefined)
          throw new PharosError("invalid", `no section "${section}"`, {
            hint: `one of ${Object.keys(SECTIONS).join(", ")}`,
          });
        const config = await api.proxies.config.query({ id: (await findProxy(api, name)).id, type });
        process.stdout.write(options.output === "yaml" ? stringify(config) : `${JSON.stringify(config, null, 2)}\n`);
        return EXIT.ok;
      }),
    );
}
