/** Types of HTTP/2 frames (RFC 9113, 6). */
export const FRAMES = {
  ...{
    data: 0,
    headers: 1,
    reset: 3,
    settings: 4,
    pushPromise: 5,
    ping: 6,
    goAway: 7,
    windowUpdate: 8,
    continuation: 9,
  },
} as const;
/** `endStream` of data and headers, `ack` of settings and pings. */
export const FLAGS = { endStream: 1, ack: 1, endHeaders: 4, padded: 8 } as const;
export const SETTINGS = { maxConcurrentStreams: 3, initialWindowSize: 4 } as const;
export const FRAME_HEADER_BYTES = 9;
/** Of a payload, where nobody said otherwise. */
export const FRAME_BYTES_MAX = 16_384;
export const WINDOW_BYTES = 65_535;
export const WINDOW_BYTES_MAX = 2 ** 31 - 1;
/** What a client says first. */
export const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

export function encodeFrame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + payload.length);
  frame.writeUIntBE(payload.length, 0, 3);
  frame[3] = type;
  frame[4] = flags;
  frame.writeUInt32BE(stream, 5);
  frame.set(payload, FRAME_HEADER_BYTES);
  return frame;
}

export function encodeUint32(...values: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(4 * values.length);
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, 4 * at);
  return bytes;
}

export function encodeSettings(settings: readonly (readonly [id: number, value: number])[]): Buffer {
  const bytes = Buffer.allocUnsafe(6 * settings.length);
  for (const [at, [id, value]] of settings.entries()) {
    bytes.writeUInt16BE(id, 6 * at);
    bytes.writeUInt32BE(value, 6 * at + 2);
  }
  return bytes;
}

/** Fields as HPACK writes them that nobody is to remember (RFC 7541, 6.2.2), after those of `:status: 200` where it is the first block. */
export function encodeFields(fields: Readonly<Record<string, string>>, isFirst: boolean): Buffer {
  const parts: Buffer[] = isFirst ? [Buffer.of(0x88)] : [];
  for (const [name, value] of Object.entries(fields))
    parts.push(Buffer.of(0), encodeText(name.toLowerCase()), encodeText(value));
  return Buffer.concat(parts);
}

function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  const length: number[] = [];
  if (bytes.length < 127) length.push(bytes.length);
  else {
    length.push(127);
    let rest = bytes.length - 127;
    for (; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) + 128);
    length.push(rest);
  }
  return Buffer.concat([Buffer.from(length), bytes]);
}
