// The few protobuf fields of discovery.proto that are read and written for every message, by hand: a request of a
// thousand names is hashed and looked up, not parsed, and a resource that many streams get is encoded once.
import { plainLines } from "#core/plain-text.ts";
import { ENVOY_CUT } from "#core/xds/judge-refusal.ts";

const VARINT_BITS = 7;

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return bytes;
}

function lengthDelimited(field: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([...varint(field * 8 + 2), ...varint(content.length)]), content]);
}

function stringField(field: number, text: string): Buffer {
  return text === "" ? Buffer.alloc(0) : lengthDelimited(field, Buffer.from(text, "utf8"));
}

/** google.protobuf.Any */
export function encodeAny(typeUrl: string, body: Uint8Array): Buffer {
  return Buffer.concat([stringField(1, typeUrl), lengthDelimited(2, body)]);
}

/** DeltaDiscoveryResponse.resources (field 2): a Resource with version, body and name; without a body it says "no such thing". */
export function encodeDeltaResource(
  name: string,
  version: string,
  any: Uint8Array | undefined,
  aliases: readonly string[] = [],
): Buffer {
  return lengthDelimited(
    2,
    Buffer.concat([
      stringField(1, version),
      ...(any === undefined ? [] : [lengthDelimited(2, any)]),
      stringField(3, name),
      ...aliases.map((alias) => stringField(4, alias)),
    ]),
  );
}

/** DiscoveryResponse.resources (field 2): the Any itself. */
export function encodeSotwResource(any: Uint8Array): Buffer {
  return lengthDelimited(2, any);
}

/** What follows the resources in a DeltaDiscoveryResponse. */
export function encodeDeltaTail(
  systemVersion: string,
  typeUrl: string,
  nonce: string,
  removed: readonly string[],
): Buffer {
  return Buffer.concat([
    stringField(1, systemVersion),
    stringField(4, typeUrl),
    stringField(5, nonce),
    ...removed.map((name) => lengthDelimited(6, Buffer.from(name, "utf8"))),
  ]);
}

export function encodeSotwTail(version: string, typeUrl: string, nonce: string): Buffer {
  return Buffer.concat([stringField(1, version), stringField(4, typeUrl), stringField(5, nonce)]);
}

/** Told of a length-delimited field: its number, where it starts with its key, where its content is. */
type VisitField = (number: number, from: number, contentFrom: number, to: number) => void;

/** Walks a message's top-level fields, passing over scalars, without an object for each. Throws RangeError on a message that is cut off. */
function visitFields(message: Buffer, visit: VisitField): void {
  let at = 0;
  const readVarint = (): number => {
    const first = message[at];
    if (first !== undefined && first < 0x80) {
      at += 1;
      return first;
    }
    let value = 0;
    for (let shift = 0; ; shift += VARINT_BITS) {
      const byte = message[at++];
      if (byte === undefined || shift > 63) throw new RangeError("a protobuf message is cut off");
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const from = at;
    const key = readVarint();
    const wire = key & 7;
    if (wire === 2) {
      const length = readVarint();
      if (at + length > message.length) throw new RangeError("a protobuf message is cut off");
      const contentFrom = at;
      at += length;
      visit(key >>> 3, from, contentFrom, at);
    } else if (wire === 0) readVarint();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else throw new RangeError(`protobuf wire type ${wire} is not known`);
  }
}

/**
 * A repeated field as it stands in the message, keys and all: what a thousand names are hashed by without being read.
 * Lists of the same names in the same order are the same bytes.
 */
export type RawList = Buffer;

const NOTHING: RawList = Buffer.alloc(0);

/** Gathers one repeated field; its entries stand together in every message seen, so nothing is copied. */
class RawListReader {
  readonly #message: Buffer;
  #from = 0;
  #to = 0;
  #before: Buffer[] = [];

  constructor(message: Buffer) {
    this.#message = message;
  }

  add(from: number, to: number): void {
    if (from !== this.#to && this.#to > this.#from) this.#before.push(this.#message.subarray(this.#from, this.#to));
    if (from !== this.#to || this.#to === 0) this.#from = from;
    this.#to = to;
  }

  take(): RawList {
    if (this.#to === 0) return NOTHING;
    const last = this.#message.subarray(this.#from, this.#to);
    return this.#before.length === 0 ? last : Buffer.concat([...this.#before, last]);
  }
}

/** Entries of a repeated string field. */
export function decodeNames(list: RawList): string[] {
  const names: string[] = [];
  visitFields(list, (_, __, contentFrom, to) => {
    names.push(list.toString("utf8", contentFrom, to));
  });
  return names;
}

/** Entries of initial_resource_versions. */
export function decodeVersions(list: RawList): Map<string, string> {
  const versions = new Map<string, string>();
  visitFields(list, (_, __, entryFrom, entryTo) => {
    const entry = list.subarray(entryFrom, entryTo);
    let name = "";
    let version = "";
    visitFields(entry, (number, ___, contentFrom, to) => {
      if (number === 1) name = entry.toString("utf8", contentFrom, to);
      else if (number === 2) version = entry.toString("utf8", contentFrom, to);
    });
    versions.set(name, version);
  });
  return versions;
}

/** Envoy cuts its words far before that; whoever says more is not kept, and looked through, for each resource that it refuses. */
const WORDS_BYTES_MAX = 16_384;

/** google.rpc.Status.message: whoever joined may say anything, and people read it in a terminal. */
function statusMessage(status: Buffer): string {
  let message = "refused without a message";
  visitFields(status, (number, _, contentFrom, to) => {
    if (number !== 2) return;
    const end = Math.min(to, contentFrom + WORDS_BYTES_MAX);
    const words = status.toString("utf8", contentFrom, end);
    // Of a character that is cut nothing is left.
    message = plainLines(end === to ? words : `${words.replace(/\uFFFD$/, "")}${ENVOY_CUT}`);
  });
  return message;
}

/** Field numbers of the two requests. */
const DELTA = { node: 1, typeUrl: 2, subscribe: 3, unsubscribe: 4, versions: 5, nonce: 6, error: 7 } as const;
const SOTW = { node: 2, names: 3, typeUrl: 4, nonce: 5, error: 6 } as const;

interface Request {
  /** Serialized envoy.config.core.v3.Node; absent after the first message. */
  readonly node: Buffer | undefined;
  readonly typeUrl: string;
  readonly nonce: string;
  /** Why the response was refused; absent in an acknowledgement. */
  readonly error: string | undefined;
}

export interface DeltaRequest extends Request {
  readonly subscribe: RawList;
  readonly unsubscribe: RawList;
  readonly versions: RawList;
}

export interface SotwRequest extends Request {
  readonly names: RawList;
}

function decodeRequest(
  message: Buffer,
  numbers: typeof DELTA | typeof SOTW,
  list: (number: number, from: number, to: number) => void,
): Request {
  let node: Buffer | undefined;
  let typeUrl = "";
  let nonce = "";
  let error: string | undefined;
  visitFields(message, (number, from, contentFrom, to) => {
    if (number === numbers.node) node = message.subarray(contentFrom, to);
    else if (number === numbers.typeUrl) typeUrl = message.toString("utf8", contentFrom, to);
    else if (number === numbers.nonce) nonce = message.toString("utf8", contentFrom, to);
    else if (number === numbers.error) error = statusMessage(message.subarray(contentFrom, to));
    else list(number, from, to);
  });
  return { node, typeUrl, nonce, error };
}

export function decodeDeltaRequest(message: Buffer): DeltaRequest {
  const subscribe = new RawListReader(message);
  const unsubscribe = new RawListReader(message);
  const versions = new RawListReader(message);
  const request = decodeRequest(message, DELTA, (number, from, to) => {
    if (number === DELTA.subscribe) subscribe.add(from, to);
    else if (number === DELTA.unsubscribe) unsubscribe.add(from, to);
    else if (number === DELTA.versions) versions.add(from, to);
  });
  return { ...request, subscribe: subscribe.take(), unsubscribe: unsubscribe.take(), versions: versions.take() };
}

export function decodeSotwRequest(message: Buffer): SotwRequest {
  const names = new RawListReader(message);
  const request = decodeRequest(message, SOTW, (number, from, to) => {
    if (number === SOTW.names) names.add(from, to);
  });
  return { ...request, names: names.take() };
}
