import { credentials, type GrpcObject, Metadata, makeGenericClientConstructor, type ServiceError } from "@grpc/grpc-js";
import { register } from "@grpc/grpc-js-xds";

/** What the client is told to do: so many calls to a target, one after the other. */
export interface Calls {
  readonly id: number;
  readonly target: string;
  readonly count: number;
  readonly path: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly deadlineMs: number;
}

/** Who answered a call, or how it failed. */
export type Answer = { readonly by: string } | { readonly code: number; readonly details: string };

export interface Answers {
  readonly id: number;
  readonly answers: readonly Answer[];
}

type Unary = (
  path: string,
  serialize: (value: Buffer) => Buffer,
  deserialize: (bytes: Buffer) => Buffer,
  request: Buffer,
  metadata: Metadata,
  options: { readonly deadline: number },
  callback: (error: ServiceError | null, reply?: Buffer) => void,
) => void;

/** An application that calls by way of xDS, for tests: gRPC reads where the control plane is from the environment. */
register();
const Client = makeGenericClientConstructor({}, "Echo") as unknown as new (
  target: string,
  creds: ReturnType<typeof credentials.createInsecure>,
) => GrpcObject & { readonly makeUnaryRequest: Unary };
const clients = new Map<string, InstanceType<typeof Client>>();
const same = (value: Buffer): Buffer => value;

function call({ target, path, metadata, deadlineMs }: Calls): Promise<Answer> {
  const client = clients.get(target) ?? new Client(target, credentials.createInsecure());
  clients.set(target, client);
  const headers = new Metadata();
  for (const [key, value] of Object.entries(metadata)) headers.set(key, value);
  return new Promise((resolve) => {
    const deadline = Date.now() + deadlineMs;
    client.makeUnaryRequest(path, same, same, Buffer.alloc(0), headers, { deadline }, (error, reply) =>
      resolve(error === null ? { by: String(reply) } : { code: error.code, details: error.details }),
    );
  });
}

process.on("message", (calls: Calls) => {
  void (async () => {
    const answers: Answer[] = [];
    for (let made = 0; made < calls.count; made++) answers.push(await call(calls));
    process.send?.({ id: calls.id, answers } satisfies Answers);
  })();
});
process.on("disconnect", () => process.exit(0));
process.send?.("started");
