/**
 * A proxy-wasm module (ABI 0.2.1), written by hand, that adds one header to each response: the least that a test of modules needs. It
 * tells the proxy its name by `name`, which is at most 30 bytes long, as `value` is.
 */
export function headerModule(name: string, value: string): Uint8Array {
  const I32 = 0x7f;
  const text = (each: string): number[] => [each.length, ...Buffer.from(each, "ascii")];
  const vector = (items: readonly (readonly number[])[]): number[] => [items.length, ...items.flat()];
  const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];
  const type = (parameters: number, results: number): number[] => [
    0x60,
    ...vector(Array.from({ length: parameters }, () => [I32])),
    ...vector(Array.from({ length: results }, () => [I32])),
  ];
  const types = [type(0, 0), type(1, 1), type(2, 1), type(3, 1), type(5, 1), type(1, 0), type(2, 0)];
  const [, ALLOC, TWO, THREE, FIVE, DROP, CREATE] = types.keys();
  const body = (...code: readonly number[]): number[] => {
    const whole = [0x00, ...code, 0x0b];
    return [...unsigned(whole.length), ...whole];
  };
  const constant = (number: number): number[] => [0x41, ...signed(number)];
  const [nameAt, valueAt] = [1024, 1088];
  // proxy_add_header_map_value(response headers, name, value)
  const add = [2, nameAt, name.length, valueAt, value.length].flatMap(constant);
  const exports = [
    ["memory", 0x02, 0],
    ["proxy_abi_version_0_2_1", 0x00, 1],
    ["proxy_on_memory_allocate", 0x00, 2],
    ["proxy_on_context_create", 0x00, 3],
    ["proxy_on_vm_start", 0x00, 4],
    ["proxy_on_configure", 0x00, 4],
    ["proxy_on_response_headers", 0x00, 5],
    ["proxy_on_done", 0x00, 6],
    ["proxy_on_delete", 0x00, 7],
    ["proxy_on_log", 0x00, 7],
  ] as const;
  const functions = [0, ALLOC ?? 0, CREATE ?? 0, TWO ?? 0, THREE ?? 0, ALLOC ?? 0, DROP ?? 0];
  const bodies = [
    body(),
    // Whoever asks for room is given the same each time: nothing is kept of it.
    body(...constant(4096)),
    body(),
    body(...constant(1)),
    body(...add, 0x10, 0, 0x1a, ...constant(0)),
    body(...constant(1)),
    body(),
  ];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(2, vector([[...text("env"), ...text("proxy_add_header_map_value"), 0x00, FIVE ?? 0]])),
    ...section(3, vector(functions.map((each) => [each]))),
    ...section(5, vector([[0x00, 2]])),
    ...section(7, vector(exports.map(([each, kind, index]) => [...text(each), kind, index]))),
    ...section(10, vector(bodies)),
    ...section(
      11,
      vector(
        (
          [
            [nameAt, name],
            [valueAt, value],
          ] as const
        ).map(([at, each]) => [0x00, ...constant(at), 0x0b, ...text(each)]),
      ),
    ),
  ]);
}

function unsigned(number: number): number[] {
  return number < 0x80 ? [number] : [(number & 0x7f) | 0x80, ...unsigned(number >>> 7)];
}

function signed(number: number): number[] {
  const rest = number >> 7;
  const byte = number & 0x7f;
  return rest === 0 && (byte & 0x40) === 0 ? [byte] : [byte | 0x80, ...signed(rest)];
}
