import { AUTHORITATIVE_ANSWER, type DecodedPacket, decode, encode, RECURSION_AVAILABLE } from "dns-packet";

/** As Istio's. */
const TTL_SECONDS = 30;
/** What fits into a datagram of somebody who does not say how much he takes (RFC 1035). */
const DATAGRAM_BYTES_MAX = 512;
const OPERATION = 0x7800;
const RECURSION_DESIRED = 0x0100;
const SERVER_FAILURE = 2;

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
 * The answer to a query for a name of the mesh; undefined where `find` knows none. There are addresses of IPv4 alone: other questions about
 * the name are answered with nothing, so that nobody asks elsewhere.
 */
export function answerQuery(
  query: DecodedPacket,
  find: (name: string) => readonly string[] | undefined,
  isDatagram: boolean,
): Buffer | undefined {
  const [question] = query.questions ?? [];
  if (question === undefined || (question.class !== undefined && question.class !== "IN")) return undefined;
  const addresses = find(question.name);
  if (addresses === undefined) return undefined;
  const wanted = question.type === "A" ? addresses : [];
  for (let count = wanted.length; ; count -= 1) {
    const message = encode({
      type: "response",
      ...(query.id === undefined ? {} : { id: query.id }),
      flags: AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | ((query.flags ?? 0) & RECURSION_DESIRED),
      questions: [question],
      answers: wanted
        .slice(0, count)
        .map((data) => ({ name: question.name, type: "A" as const, ttl: TTL_SECONDS, data })),
    });
    if (!isDatagram || count === 0 || message.length <= DATAGRAM_BYTES_MAX) return message;
  }
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
