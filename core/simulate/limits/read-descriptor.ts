import type { EndedRequest } from "#core/rate-limit/final-cost.ts";
import { parseAddress } from "#core/simulate/address.ts";
import { type Connection, Exchange } from "#core/simulate/exchange.ts";
import { Headers } from "#core/simulate/headers.ts";
import { ENDED_ENTRIES, ENTRY_MARK, HEADER_ENTRY, LIMIT_ENTRIES } from "#core/xds/limits-metadata.ts";
import { TOKEN_FILTER, TOKEN_PAYLOAD } from "#core/xds/token-metadata.ts";

interface Entry {
  readonly key: string;
  readonly value: string;
}

/** The set of limits that a request asks for; undefined where its descriptor names none. */
export function setOfDescriptor(entries: readonly Entry[]): string | undefined {
  return entries.find(({ key }) => key === LIMIT_ENTRIES.set)?.value;
}

/** What descriptors say of a request that has ended, and how it was named; undefined where they are of one that comes. */
export function readEnd(
  descriptors: readonly { readonly entries: readonly Entry[]; readonly hitsAddend: number | undefined }[],
): { readonly id: string; readonly ended: EndedRequest } | undefined {
  const entryOf = (entries: readonly Entry[], name: string) => entries.find(({ key }) => key === name)?.value;
  const of = (name: string): number =>
    Number(descriptors.map(({ entries }) => entryOf(entries, name)).find((value) => value !== undefined)) || 0;
  const id = descriptors.map(({ entries }) => entryOf(entries, ENDED_ENTRIES.id)).find((value) => value !== undefined);
  if (id === undefined) return undefined;
  const told = new Map<string, number>();
  for (const { entries, hitsAddend } of descriptors) {
    const header = entryOf(entries, ENDED_ENTRIES.header);
    if (header !== undefined && hitsAddend !== undefined) told.set(header, hitsAddend);
  }
  const bytes = of(ENDED_ENTRIES.sent) + of(ENDED_ENTRIES.received);
  return { id, ended: { status: of(ENDED_ENTRIES.status), bytes, told } };
}

/** The request that a descriptor is of, with as much of it as its limits ask for. */
export function readDescriptor(entries: readonly Entry[]): Exchange {
  const headers = new Headers();
  const told = new Map<string, string>();
  for (const { key, value } of entries)
    if (key.startsWith(HEADER_ENTRY)) headers.set(key.slice(HEADER_ENTRY.length), value);
    else if (value.length > ENTRY_MARK.length) told.set(key, value.slice(ENTRY_MARK.length));
  const remote = addressOf(told.get(LIMIT_ENTRIES.remote));
  const [local, localPort] = splitPort(told.get(LIMIT_ENTRIES.local) ?? "");
  const peer = told.get(LIMIT_ENTRIES.peer);
  const connection: Connection = {
    remote,
    local: local === "" ? undefined : parseAddress(local),
    localPort,
    tls:
      peer === undefined && told.get(LIMIT_ENTRIES.serverName) === undefined
        ? undefined
        : {
            serverName: told.get(LIMIT_ENTRIES.serverName) ?? "",
            alpn: [],
            peer: peer === undefined ? undefined : { uris: peer.split(","), dnsNames: [], subject: "" },
          },
    speaks: "h2",
  };
  const exchange = new Exchange(connection, headers);
  exchange.client = addressOf(told.get(LIMIT_ENTRIES.client)) ?? remote;
  const claims = told.get(LIMIT_ENTRIES.claims);
  if (claims !== undefined) exchange.note(TOKEN_FILTER, TOKEN_PAYLOAD, parseClaims(claims));
  return exchange;
}

const addressOf = (text: string | undefined) => (text === undefined ? undefined : parseAddress(text));

/** "10.0.0.7:80", "[::1]:80". */
function splitPort(text: string): readonly [address: string, port: number] {
  const colon = text.lastIndexOf(":");
  return colon < 0 ? [text, 0] : [text.slice(0, colon), Number(text.slice(colon + 1)) || 0];
}

function parseClaims(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
