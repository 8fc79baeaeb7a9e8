import {
  AUTHORITATIVE_ANSWER,
  type DecodedPacket,
  decode,
  encode,
  encodingLength,
  type Packet,
  RECURSION_AVAILABLE,
  type StringAnswer,
} from "dns-packet";

/** As Istio's. */
const TTL_SECONDS = 30;
/** What fits into a datagram of somebody who does not say how much he takes (RFC 1035). */
const DATAGRAM_BYTES_MAX = 512;
/** What the two bytes of a message's length over a connection can say. */
const MESSAGE_BYTES_MAX = 65_535;
const OPERATION = 0x7800;
const RECURSION_DESIRED = 0x0100;
const SERVER_FAILURE = 2;
/** What names of the mesh answer: addresses, and SVCB and HTTPS (RFC 9460), which can hold addresses and would lead past these. */
const ANSWERED_TYPES: ReadonlySet<string> = new Set(["A", "AAAA", "UNKNOWN_64", "UNKNOWN_65"]);

/** Undefined for what is no query: garbage, an answer, another operation, or not one question. */
export function readQuery(message: Uint8Array): DecodedPacket | undefined {
  try {
    const packet = decode(Buffer.from(message));
    return packet.type === "query" && ((packet.flags ?? 0) & OPERATION) === 0 && packet.questions?.length === 1
      ? packet
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The answer to a query for addresses of a name of the mesh; undefined where `find` knows none, and for what else is asked about it, such as
 * its mail servers. Where it has none of the kind that is asked for it is answered with nothing, so that nobody asks elsewhere.
 */
export function answerQuery(
  query: DecodedPacket,
  find: (name: string) => readonly string[] | undefined,
  isDatagram: boolean,
): Buffer | undefined {
  const [question] = query.questions ?? [];
  if (question === undefined || (question.class !== undefined && question.class !== "IN")) return undefined;
  if (!ANSWERED_TYPES.has(question.type)) return undefined;
  const addresses = find(question.name);
  if (addresses === undefined) return undefined;
  const response: Packet = {
    type: "response",
    ...(query.id === undefined ? {} : { id: query.id }),
    flags: AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | ((query.flags ?? 0) & RECURSION_DESIRED),
    questions: [question],
  };
  const answers = addresses
    .filter((address) => question.type === (address.includes(":") ? "AAAA" : "A"))
    .map((data) => ({ name: question.name, type: question.type as "A" | "AAAA", ttl: TTL_SECONDS, data }));
  const bytesMax = isDatagram ? DATAGRAM_BYTES_MAX : MESSAGE_BYTES_MAX;
  return encode({ ...response, answers: answers.slice(0, countFitting(response, answers, bytesMax)) });
}

/** How many of them fit: all are of one name, and as long as the first. */
function countFitting(response: Packet, [first]: readonly StringAnswer[], bytesMax: number): number {
  if (first === undefined) return 0;
  const bytes = encodingLength(response);
  const each = encodingLength({ ...response, answers: [first] }) - bytes;
  return Math.max(0, Math.floor((bytesMax - bytes) / each));
}

/** Nobody could be asked. */
export function failQuery(query: DecodedPacket): Buffer {
  return encode({
    type: "response",
    ...(query.id === undefined ? {} : { id: query.id }),
    flags: RECURSION_AVAILABLE | SERVER_FAILURE,
    questions: query.questions ?? [],
  });
}
