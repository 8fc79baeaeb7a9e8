export const UNIT = "pharos-agent.service";
export const UNIT_DIR = "/etc/systemd/system";

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
 * is taken back by the next one, and an agent that is told to stop ends Envoy itself.
 */
export function systemdUnit({ name, command, drainSeconds }: UnitInput): string {
  return `[Unit]
Description=Pharos agent of ${oneLine(name)}
Wants=network-online.target
After=network-online.target nftables.service

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

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").replaceAll("%", "%%");
}
