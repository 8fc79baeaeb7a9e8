import { crc32 } from "node:zlib";
import { cutText } from "#core/cut-text.ts";
import { IS_MEANT, isOperationTag } from "#core/schema/cel/operation-tag.ts";
import { type AccessEntry, textOf } from "#core/telemetry/access-entry.ts";
import { redactAlways } from "#core/telemetry/redact-headers.ts";
import { redactTags } from "#core/telemetry/redact-tags.ts";
import { tagsIn, VALUE_CHARS_MAX } from "#core/telemetry/written-tags.ts";
import { NameBudget } from "#mesh-agent/telemetry/name-budget.ts";

/** Hosts without a cluster that an agent counts under their names; the control plane keeps those that the mesh knows. */
const HOSTS_MAX = 100;
/** Workloads that callers of one identity may say they are; without an identity, all of them together. */
const PEERS_MAX = 50;
/** Addresses of callers without a certificate that a day's requests are told apart by. */
const ADDRESSES_MAX = 16;
/** Values that an expression comes to, for a label of metrics. */
const TAG_VALUES_MAX = 100;
/** What all of a request's come to together. */
const TAG_SETS_MAX = 1000;
/** What stands for the rest of them. */
const OTHER = "other";

/** Takes the names that callers make up out of lines, beyond the first few: they count as "unknown". */
export class EntryBounds {
  readonly #hosts: NameBudget;
  readonly #peers: NameBudget;
  readonly #addresses: NameBudget;
  readonly #tags: NameBudget;
  readonly #tagSets: NameBudget;
  /** Requests that were counted under "unknown" for the many names there were. */
  folded = 0;

  constructor(now: () => number = Date.now) {
    this.#hosts = new NameBudget(HOSTS_MAX, now);
    this.#peers = new NameBudget(PEERS_MAX, now);
    this.#addresses = new NameBudget(ADDRESSES_MAX, now);
    this.#tags = new NameBudget(TAG_VALUES_MAX, now);
    this.#tagSets = new NameBudget(TAG_SETS_MAX, now);
  }

  /** The line as it is to be counted: the same object where nothing was taken out. */
  bound(line: AccessEntry): AccessEntry {
    const entry = line.mt === undefined ? line : this.#boundTags(line);
    if (entry.dir === "inbound") return this.#boundAddress(this.#boundPeer(entry));
    // At gateways a host without a cluster is not counted by its name anyway: anyone could make it up. What they refuse has an address.
    if (entry.dir === "gateway") return this.#boundAddress(entry);
    return textOf(entry.uc) === "" ? this.#boundHost(entry) : entry;
  }

  #boundHost(entry: AccessEntry): AccessEntry {
    const host = textOf(entry.a).toLowerCase();
    if (host === "" || this.#hosts.admits(host)) return entry;
    this.folded += 1;
    return { ...entry, a: "" };
  }

  #boundAddress(entry: AccessEntry): AccessEntry {
    const address = textOf(entry.ra);
    return address === "" || this.#addresses.admits(address) ? entry : { ...entry, ra: OTHER };
  }

  #boundTags(entry: AccessEntry): AccessEntry {
    const { operations = [], values = [] } = Object.groupBy(tagsIn(entry.mt), ([name, value]) =>
      isOperationTag(name) && value === IS_MEANT ? "operations" : "values",
    );
    const tags = redactTags(values, redactAlways).map(([expression, value]) => {
      const short = cutText(value, VALUE_CHARS_MAX);
      return [expression, this.#tags.admits(short, expression) ? short : OTHER] as const;
    });
    const isRoom = tags.length < 2 || this.#tagSets.admits(String(crc32(JSON.stringify(tags))), entry.dir);
    const told = isRoom ? tags : tags.map(([expression]) => [expression, OTHER] as const);
    if (told.some(([, value]) => value === OTHER)) this.folded += 1;
    return { ...entry, mt: Object.fromEntries([...operations, ...told]) };
  }

  #boundPeer(entry: AccessEntry): AccessEntry {
    const label = textOf(entry.pw);
    if (label === "" || this.#peers.admits(label, textOf(entry.dp))) return entry;
    this.folded += 1;
    return { ...entry, pw: null };
  }
}
