import { claimedId } from "#core/identity/claimed-id.ts";
import { networkOf } from "#core/limits/network-of.ts";
import type { Distrust } from "#grpc/server.ts";

/** A line for log and audit trail. */
export interface DistrustLine {
  /** Who it said it was. */
  readonly node: string;
  readonly from: string;
  readonly reason: string;
}

interface Entry {
  readonly line: DistrustLine;
  again: number;
}

/** Beyond this many kinds between two summaries (somebody makes certificates as they go) the rest is counted as one. */
const KINDS_MAX = 1000;
const REASON_MAX = 2000;

/**
 * Connections that came to nothing in TLS. Each kind (network, identity, problem) is told of at once and then only counted
 * until `summarize`: an agent that tries again forever, or a scanner, cannot fill the audit trail.
 */
export class DistrustBook {
  readonly #tell: (line: DistrustLine) => void;
  #entries = new Map<string, Entry>();
  #others: Entry | undefined;

  constructor(tell: (line: DistrustLine) => void) {
    this.#tell = tell;
  }

  add({ peer, reason }: Distrust): void {
    const { address, certificate } = peer;
    const line = { node: claimedId(peer), from: address, reason: reason.slice(0, REASON_MAX) };
    const network = networkOf(address.slice(0, address.lastIndexOf(":")));
    const kind = JSON.stringify([network, line.node, certificate === null ? reason : certificate.problem]);
    const known = this.#entries.get(kind) ?? (this.#entries.size >= KINDS_MAX ? this.#others : undefined);
    if (known !== undefined) {
      known.again += 1;
      return;
    }
    const entry = { line, again: 0 };
    if (this.#entries.size >= KINDS_MAX) this.#others = entry;
    else this.#entries.set(kind, entry);
    this.#tell(line);
  }

  /** Says what was counted since the last call. Who came again stays known; who did not is forgotten. */
  summarize(): void {
    const entries = this.#entries;
    const others = this.#others;
    this.#entries = new Map();
    this.#others = undefined;
    for (const [kind, { line, again }] of entries) {
      if (again === 0) continue;
      this.#tell({ ...line, reason: `${again} more times: ${line.reason}` });
      this.#entries.set(kind, { line, again: 0 });
    }
    if (others !== undefined && others.again > 0)
      this.#tell({
        node: "unknown",
        from: "",
        reason: `${others.again} more connections of many kinds were not trusted`,
      });
  }
}
