export const UNIT = "pharos-agent.service";
export const UNIT_DIR = "/etc/systemd/system";
/** Where the agent keeps what it has, unless it is said otherwise. */
export const AGENT_DIR = "/var/lib/pharos-agent";

export interface UnitInput {
  readonly name: string;
  /** What is run, word by word. */
  readonly command: readonly string[];
  readonly drainSeconds: number;
}

/** Time in which Envoy ends, and the last telemetry is handed over, after requests have drained. */
const ENDING_SECONDS = 20;

/**
 * The unit of a host's agent (systemd.service(5)). Only the agent is stopped with it: Envoy outlives an agent that is killed and
 * is taken back by the next one, and an agent that is told to stop ends Envoy itself. It is started again however often it dies:
 * without it a host whose traffic is captured has no network.
 */
export function systemdUnit({ name, command, drainSeconds }: UnitInput): string {
  return `[Unit]
Description=Pharos agent of ${oneLine(name)}
Wants=network-online.target
After=network-online.target nftables.service
StartLimitIntervalSec=0

[Service]
ExecStart=${command.map(quote).join(" ")}
Restart=always
RestartSec=1
KillMode=process
TimeoutStopSec=${drainSeconds + ENDING_SECONDS}
LimitNOFILE=1048576
CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW CAP_NET_BIND_SERVICE CAP_SETGID
NoNewPrivileges=yes

[Install]
WantedBy=multi-user.target
`;
}

/** A word of ExecStart: neither a specifier nor a variable in it, and one word whatever it holds. */
function quote(word: string): string {
  const plain = word.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /^[\w@%+=:,./$-]+$/.test(plain) ? plain : `"${plain.replace(/["\\]/g, "\\$&")}"`;
}

/** The file that the agent of a unit has its settings from; undefined where it is none of `systemdUnit`'s. */
export function settingsFileOf(unit: string): string | undefined {
  const line = /^ExecStart=(.*)$/m.exec(unit)?.[1] ?? "";
  const words = (line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []).map(unquote);
  const flag = words.indexOf("--config");
  return flag < 0 ? undefined : words[flag + 1];
}

function unquote(word: string): string {
  const plain = word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, "$1") : word;
  return plain.replaceAll("%%", "%").replaceAll("$$", "$");
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").replaceAll("%", "%%");
}
