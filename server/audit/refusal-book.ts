import { isIP } from "node:net";
import { networkOf } from "#core/limits/network-of.ts";
import type { AuditLine } from "#server/audit/audit-line.ts";

interface Entry {
  readonly line: AuditLine;
  told: number;
  again: number;
}

/** Lines that are told as they come within a window: of one kind, from one network, and of all together. */
const OF_ONE_KIND = 10;
const FROM_ONE_NETWORK = 1000;
const OF_ALL = 2000;
/** Of these, how many a window gives back: what goes on for days costs so much a window, told and summed alike. */
const GIVEN_BACK = 100;
/** Networks whose rest is counted apart; beyond, they are one. */
const NETWORKS_MAX = 100;

/**
 * Sums what was refused or failed before it is written: of each kind (who, what, on what, why, from where) the first few
 * are told at once and the others are counted until `summarize`. However often somebody is refused, and however many
 * kinds they think of, it costs a bounded number of lines.
 */
export class RefusalBook {
  readonly #tell: (line: AuditLine) => void;
  #entries = new Map<string, Entry>();
  #toldOf = new Map<string, number>();
  #told = 0;
  #others = new Map<string, { readonly line: AuditLine; count: number }>();

  constructor(tell: (line: AuditLine) => void) {
    this.#tell = tell;
  }

  add(line: AuditLine): void {
    const { actor, action, resource, outcome, reason, from } = line;
    const party = partyOf(from);
    // A count or an address in it does not make it another reason.
    const kind = JSON.stringify([actor, action, resource, outcome, reason.replaceAll(/\d+/g, "#"), party]);
    const known = this.#entries.get(kind);
    if (known !== undefined && known.told >= OF_ONE_KIND) {
      known.again += 1;
      return;
    }
    const toldOf = this.#toldOf.get(party) ?? 0;
    if (toldOf >= FROM_ONE_NETWORK || this.#told >= OF_ALL) {
      const key = this.#others.has(party) || this.#others.size < NETWORKS_MAX ? party : "";
      const other = this.#others.get(key);
      if (other === undefined) this.#others.set(key, { line, count: 1 });
      else other.count += 1;
      return;
    }
    this.#toldOf.set(party, toldOf + 1);
    this.#told += 1;
    if (known === undefined) this.#entries.set(kind, { line, told: 1, again: 0 });
    else known.told += 1;
    this.#tell(line);
  }

  /** Tells what was counted since the last call, and begins anew. */
  summarize(): void {
    const entries = this.#entries;
    const others = this.#others;
    this.#entries = new Map();
    this.#toldOf = new Map();
    this.#others = new Map();
    this.#told = Math.max(0, this.#told - GIVEN_BACK);
    for (const { line, again } of entries.values())
      if (again > 0) this.#tell({ ...line, reason: `${again} more times: ${line.reason}` });
    for (const [party, { line, count }] of others)
      this.#tell({
        actor: "anonymous",
        action: "various",
        resource: "",
        outcome: "refused",
        reason: `${count} more of many kinds, the first: ${line.actor} ${line.action}: ${line.reason}`,
        from: party === "" ? "" : line.from,
      });
  }
}

/** Each connection has a port of its own, and whoever has one address of IPv6 has many: none of them is another party. */
function partyOf(from: string): string {
  const host = from.slice(0, Math.max(0, from.lastIndexOf(":")));
  return networkOf(isIP(host) === 0 ? from : host);
}
