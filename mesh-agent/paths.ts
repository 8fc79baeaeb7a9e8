import { createHash } from "node:crypto";
import { lstatSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PharosError } from "#core/errors.ts";
import { STDOUT_FILE } from "#core/telemetry/access-log.ts";

/** Unix socket addresses hold 104 bytes on macOS, 108 on Linux, with a closing zero. */
const SOCKET_PATH_BYTES_MAX = 103;
const LONGEST_SOCKET_NAME = "admin.sock";

/** Every file of one agent. All are private to its user. */
export interface AgentPaths {
  readonly dir: string;
  readonly identity: string;
  readonly registration: string;
  /** Lists of revoked certificates, as the control plane last said. */
  readonly revocations: string;
  readonly cache: string;
  readonly bootstrap: string;
  readonly pid: string;
  readonly envoyLog: string;
  /** Says that this agent's rules may be in the kernel. */
  readonly captureMark: string;
  readonly accessLog: string;
  /** What gives traced requests their spans. */
  readonly traceScript: string;
  /** What a Telemetry has written to /dev/stdout. */
  readonly requestLog: string;
  readonly xdsSocket: string;
  readonly sdsSocket: string;
  readonly spansSocket: string;
  readonly limitsSocket: string;
  /** How many share each limit. */
  readonly limitMembers: string;
  readonly limitJournals: string;
  readonly adminSocket: string;
  /** Says that an agent runs here. */
  readonly claimSocket: string;
}

/** Makes the directory (0700) and names what is in it. Sockets move to a short path when the directory's is too long. */
export function openPaths(dir: string): AgentPaths {
  makePrivate(dir);
  const sockets = socketDir(dir);
  return {
    dir,
    ...agentFiles(dir),
    revocations: join(dir, "revocations.json"),
    cache: join(dir, "xds.db"),
    bootstrap: join(dir, "bootstrap.json"),
    pid: join(dir, "envoy.pid"),
    envoyLog: join(dir, "envoy.log"),
    captureMark: join(dir, "captures"),
    accessLog: join(dir, "access.log"),
    traceScript: join(dir, "trace.lua"),
    requestLog: join(dir, STDOUT_FILE),
    xdsSocket: join(sockets, "xds.sock"),
    sdsSocket: join(sockets, "sds.sock"),
    spansSocket: join(sockets, "spans.sock"),
    limitsSocket: join(sockets, "limits.sock"),
    limitMembers: join(dir, "limits.json"),
    limitJournals: join(dir, "limit-journals"),
    adminSocket: join(sockets, LONGEST_SOCKET_NAME),
    claimSocket: join(sockets, "agent.sock"),
  };
}

/** What outlives a start. */
export function agentFiles(dir: string): Pick<AgentPaths, "identity" | "registration"> {
  return { identity: join(dir, "identity.json"), registration: join(dir, "registration.json") };
}

function socketDir(dir: string): string {
  if (Buffer.byteLength(join(dir, LONGEST_SOCKET_NAME)) <= SOCKET_PATH_BYTES_MAX) return dir;
  const short = join(tmpdir(), `pharos-${createHash("sha256").update(dir).digest("hex").slice(0, 16)}`);
  makePrivate(short);
  return short;
}

function makePrivate(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const stat = lstatSync(dir);
  // Somebody else's directory at a known name would let them answer in the agent's place.
  if (!stat.isDirectory() || (process.getuid !== undefined && stat.uid !== process.getuid())) {
    throw new PharosError("forbidden", `${dir} is not a directory of this user`, { hint: "choose another --dir" });
  }
  if ((stat.mode & 0o022) !== 0) {
    throw new PharosError("forbidden", `others may write to ${dir}`, {
      hint: `chmod 700 ${dir}, or choose another --dir`,
    });
  }
}
