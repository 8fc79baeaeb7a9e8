import type { Command } from "commander";
import { EXIT } from "#cli/exit-codes.ts";
import { reportFailure } from "#cli/failure.ts";
import { integerFlag } from "#cli/number.ts";
import { keepServing } from "#node/keep-serving.ts";
import { parsePort } from "#programs/parse-port.ts";
import { readSettings } from "#programs/read-settings.ts";

interface AgentFlags {
  readonly config?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly server?: string;
  readonly dir?: string;
  readonly namespace?: string;
  readonly serviceAccount?: string;
  readonly group?: string;
  readonly name?: string;
  readonly address?: string;
  readonly locality?: string;
  readonly port: readonly string[];
  readonly httpProxyPort?: string;
  readonly adminPort?: string;
  readonly envoy?: string;
  readonly capture?: string | true;
}

/** Ctrl-C comes from the terminal, and again from each parent that passes it on; a person who wants it sooner is slower. */
const ONE_SIGNAL_MS = 500;

/** The file first, flags on top. */
function readConfig({ config, port, httpProxyPort, adminPort, capture, ...flags }: AgentFlags): unknown {
  const written = config === undefined ? {} : readSettings(config);
  return {
    dir: ".pharos-agent",
    ...written,
    ...flags,
    ...(capture === undefined
      ? {}
      : { capture: { ...written.capture, ...(capture === true ? {} : { mode: capture }) } }),
    ...(port.length === 0 ? {} : { ports: port.map(parsePort) }),
    ...(httpProxyPort === undefined
      ? {}
      : { httpProxyPort: integerFlag(httpProxyPort, "--http-proxy-port", 1, 65_535) }),
    ...(adminPort === undefined ? {} : { adminPort: integerFlag(adminPort, "--admin-port", 0, 65_535) }),
  };
}

export function addAgent(program: Command): void {
  program
    .command("agent")
    .description("run beside a workload: its identity, its Envoy, its telemetry")
    .option("--config <file>", "YAML with any of the settings")
    .option("--token <token>", "join token, for the first start")
    .option("--token-file <file>", "file with the join token")
    .option("--server <host:port>", "control plane (default: the token's)")
    .option("--dir <dir>", "where it keeps identity, last good configuration and logs (default: .pharos-agent)")
    .option("--namespace <namespace>", "namespace of the workload (default: the token's)")
    .option("--service-account <account>", "its service account (default: the token's)")
    .option("--group <group>", "WorkloadGroup it is an instance of (default: the token's)")
    .option("--name <name>", "name of this instance, unique in the namespace")
    .option(
      "--address <address>",
      "where other proxies reach it (default: this host's address on the way to the control plane)",
    )
    .option(
      "--locality <region/zone/subzone>",
      "where it runs, or the first parts of that (default: its WorkloadGroup's template.locality)",
    )
    .option(
      "--port <name:app[:inbound]>",
      "service port it answers; may be given several times",
      (port, all: string[]) => [...all, port],
      [],
    )
    .option("--http-proxy-port <port>", "HTTP forward proxy for the application's calls")
    .option("--admin-port <port>", "health and metrics")
    .option("--capture [mode]", "capture this host's traffic: auto (default), nftables or iptables; needs root")
    .option("--envoy <path>", "the Envoy to run")
    .action(async (flags: AgentFlags) => {
      const stop = new AbortController();
      const hurry = new AbortController();
      let toldAtMs: number | undefined;
      for (const signal of ["SIGINT", "SIGTERM"] as const)
        process.on(signal, () => {
          toldAtMs ??= performance.now();
          if (performance.now() - toldAtMs > ONE_SIGNAL_MS) hurry.abort();
          else stop.abort();
        });
      try {
        const [{ parseAgentConfig }, { runAgent }, { createLogger }] = await Promise.all([
          import("#mesh-agent/config.ts"),
          import("#mesh-agent/main.ts"),
          import("#node/log.ts"),
        ]);
        const log = createLogger("text");
        keepServing((fault, again) => log.error("a fault that nothing caught; the agent goes on", { fault, again }));
        await runAgent(parseAgentConfig(readConfig(flags)), { stop: stop.signal, hurry: hurry.signal }, log);
        process.exit(EXIT.ok);
      } catch (error) {
        process.exit(reportFailure(error));
      }
    });
}
