/** The few DER types that a certificate request is made of (X.690). */
export const der = {
  sequence: (...items: readonly Buffer[]): Buffer => encode(0x30, Buffer.concat(items)),
  set: (...items: readonly Buffer[]): Buffer => encode(0x31, Buffer.concat(items)),
  octets: (value: Buffer): Buffer => encode(0x04, value),
  /** Whole bytes. */
  bits: (value: Buffer): Buffer => encode(0x03, Buffer.concat([Buffer.of(0), value])),
  integer: (value: number): Buffer => encode(0x02, Buffer.of(value)),
  boolean: (value: boolean): Buffer => encode(0x01, Buffer.of(value ? 0xff : 0)),
  oid: (dotted: string): Buffer => encode(0x06, encodeOid(dotted)),
  /** `[number]`, constructed. */
  tagged: (number: number, ...items: readonly Buffer[]): Buffer => encode(0xa0 | number, Buffer.concat(items)),
  /** `[number] IMPLICIT` of a primitive. */
  implicit: (number: number, value: Buffer): Buffer => encode(0x80 | number, value),
} as const;

function encode(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag), encodeLength(content.length), content]);
}

function encodeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.of(0x80 | bytes.length, ...bytes);
}

function encodeOid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) groups.unshift(0x80 | (left % 128));
    bytes.push(...groups);
  }
  return Buffer.from(bytes);
}
