// The few protobuf fields of discovery.proto that are read and written for every message, by hand: a request of a
// thousand names is hashed and looked up, not parsed, and a resource that many streams get is encoded once.

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

export function stringField(field: number, text: string): Buffer {
  return text === "" ? Buffer.alloc(0) : lengthDelimited(field, Buffer.from(text, "utf8"));
}

/** google.protobuf.Any */
export function encodeAny(typeUrl: string, body: Uint8Array): Buffer {
  return Buffer.concat([stringField(1, typeUrl), lengthDelimited(2, body)]);
}

/** DeltaDiscoveryResponse.resources (field 2): a Resource with version, body and name; without a body it says "no such thing". */
export function encodeDeltaResource(name: string, version: string, any: Uint8Array | undefined, aliases: readonly string[] = []): Buffer {
  return lengthDelimited(
    2,
    Buffer.concat([stringField(1, version), ...(any === undefined ? [] : [lengthDelimited(2, any)]), stringField(3, name), ...aliases.map((alias) => stringField(4, alias))]),
  );
}

/** DiscoveryResponse.resources (field 2): the Any itself. */
export function encodeSotwResource(any: Uint8Array): Buffer {
  return lengthDelimited(2, any);
}

/** What follows the resources in a DeltaDiscoveryResponse. */
export function encodeDeltaTail(systemVersion: string, typeUrl: string, nonce: string, removed: readonly string[]): Buffer {
  return Buffer.concat([stringField(1, systemVersion), stringField(4, typeUrl), stringField(5, nonce), ...removed.map((name) => lengthDelimited(6, Buffer.from(name, "utf8")))]);
}

export function encodeSotwTail(version: string, typeUrl: string, nonce: string): Buffer {
  return Buffer.concat([stringField(1, version), stringField(4, typeUrl), stringField(5, nonce)]);
}

/** One length-delimited field, as a view into the message. */
interface Field {
  readonly number: number;
  readonly content: Buffer;
}

/** Walks a message's top-level fields. Throws RangeError on a message that is cut off. */
function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0;
  const readVarint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += VARINT_BITS) {
      const byte = message[at++];
      if (byte === undefined || shift > 63) throw new RangeError("a protobuf message is cut off");
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const key = readVarint();
    const wire = key & 7;
    if (wire === 2) {
      const length = readVarint();
      if (at + length > message.length) throw new RangeError("a protobuf message is cut off");
      yield { number: key >>> 3, content: message.subarray(at, at + length) };
      at += length;
    } else if (wire === 0) readVarint();
    else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else throw new RangeError(`protobuf wire type ${wire} is not known`);
  }
}

/** google.rpc.Status.message */
function statusMessage(status: Buffer): string {
  for (const { number, content } of fieldsOf(status)) if (number === 2) return content.toString("utf8");
  return "refused without a message";
}

/** Field numbers of the two requests. */
const DELTA = { node: 1, typeUrl: 2, subscribe: 3, unsubscribe: 4, versions: 5, nonce: 6, error: 7 } as const;
const SOTW = { versionInfo: 1, node: 2, names: 3, typeUrl: 4, nonce: 5, error: 6 } as const;

export interface DeltaRequest {
  /** Serialized envoy.config.core.v3.Node; absent after the first message. */
  readonly node: Buffer | undefined;
  readonly typeUrl: string;
  /** Each a name, as bytes. */
  readonly subscribe: readonly Buffer[];
  readonly unsubscribe: readonly Buffer[];
  /** Each a serialized map entry name → version. */
  readonly versions: readonly Buffer[];
  readonly nonce: string;
  readonly error: string | undefined;
}

export function decodeDeltaRequest(message: Buffer): DeltaRequest {
  const request = { node: undefined as Buffer | undefined, typeUrl: "", subscribe: [] as Buffer[], unsubscribe: [] as Buffer[], versions: [] as Buffer[], nonce: "", error: undefined as string | undefined };
  for (const { number, content } of fieldsOf(message)) {
    if (number === DELTA.subscribe) request.subscribe.push(content);
    else if (number === DELTA.unsubscribe) request.unsubscribe.push(content);
    else if (number === DELTA.versions) request.versions.push(content);
    else if (number === DELTA.node) request.node = content;
    else if (number === DELTA.typeUrl) request.typeUrl = content.toString("utf8");
    else if (number === DELTA.nonce) request.nonce = content.toString("utf8");
    else if (number === DELTA.error) request.error = statusMessage(content);
  }
  return request;
}

/** initial_resource_versions as a map. */
export function decodeVersions(entries: readonly Buffer[]): Map<string, string> {
  const versions = new Map<string, string>();
  for (const entry of entries) {
    let name = "";
    let version = "";
    for (const { number, content } of fieldsOf(entry)) {
      if (number === 1) name = content.toString("utf8");
      else if (number === 2) version = content.toString("utf8");
    }
    versions.set(name, version);
  }
  return versions;
}

export interface SotwRequest {
  readonly node: Buffer | undefined;
  readonly typeUrl: string;
  readonly names: readonly string[];
  readonly versionInfo: string;
  readonly nonce: string;
  readonly error: string | undefined;
}

export function decodeSotwRequest(message: Buffer): SotwRequest {
  const request = { node: undefined as Buffer | undefined, typeUrl: "", names: [] as string[], versionInfo: "", nonce: "", error: undefined as string | undefined };
  for (const { number, content } of fieldsOf(message)) {
    if (number === SOTW.names) request.names.push(content.toString("utf8"));
    else if (number === SOTW.node) request.node = content;
    else if (number === SOTW.versionInfo) request.versionInfo = content.toString("utf8");
    else if (number === SOTW.typeUrl) request.typeUrl = content.toString("utf8");
    else if (number === SOTW.nonce) request.nonce = content.toString("utf8");
    else if (number === SOTW.error) request.error = statusMessage(content);
  }
  return request;
}
