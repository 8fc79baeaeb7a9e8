import { PharosError } from "#core/errors.ts";
import { joinHostPort } from "#core/host/join-host-port.ts";
import { GrpcServer } from "#grpc/server.ts";
import type { CallInfo } from "#grpc/server-stream.ts";
import type { Logger } from "#node/log.ts";
import type { Auth } from "#server/auth/auth.ts";
import type { Stores } from "#server/compose/make-stores.ts";
import { type Asked, admitSender } from "#server/http/admit-sender.ts";
import { createHttpServer } from "#server/http/create-http-server.ts";
import { guardHost } from "#server/http/guard-host.ts";
import { mountOtlp } from "#server/http/mount-otlp.ts";
import { isLoopback } from "#server/listen-address.ts";
import type { OtlpListener, ServerOptions } from "#server/server-options.ts";
import { otlpMethods } from "#server/telemetry/ingest/otlp-grpc.ts";
import { otlpIngest } from "#server/telemetry/ingest/otlp-ingest.ts";
import { BODY_BYTES_MAX } from "#server/telemetry/ingest/unpack.ts";

export interface OtlpParts {
  readonly options: Pick<ServerOptions, "otlp" | "publicUrl">;
  readonly stores: Pick<Stores, "telemetry" | "limits">;
  readonly auth: Auth;
  readonly log: Logger;
}

interface Listening {
  readonly port: number;
  close(graceMs: number): Promise<void>;
}

/** The ports where collectors listen, and so where SDKs send to when nobody tells them where. */
export interface OtlpPorts {
  readonly addresses: { readonly otlpGrpc?: string; readonly otlpHttp?: string };
  close(graceMs: number): Promise<void>;
}

export async function makeOtlp({ options, stores, auth, log }: OtlpParts): Promise<OtlpPorts> {
  const { telemetry, limits } = stores;
  const ingest = otlpIngest(telemetry.ingest, telemetry.samples);
  const admit = admitSender(auth);
  const onLimit = (limit: string, party: string): void => limits.add({ limit, party, count: 1 });
  const onFailure = (path: string, error: PharosError): void =>
    log.error("a request failed", { path, error: error.toString(), stack: error.stack });

  const grpc = await open(options.otlp.grpc, "--otlp-grpc", log, async (host, port) => {
    const server = new GrpcServer({
      methods: otlpMethods(ingest, (call) => admit("/v1/traces", askedBy(call))),
      messageBytesMax: BODY_BYTES_MAX,
      readsGzip: true,
      limitsAddresses: true,
      onLimit,
      onFailure,
    });
    return { port: await server.listen({ host, port }), close: () => server.close() };
  });
  const http = await open(options.otlp.http, "--otlp-http", log, (host, port) => {
    const routes = mountOtlp(ingest, admit);
    const guarded = guardHost(routes, {
      isLoopback: isLoopback(host),
      publicUrl: options.publicUrl,
      onRefused: (request, reason) => auth.noteRefused(request, reason),
    });
    return createHttpServer(host, port, guarded, (error, path) => onFailure(path, error), onLimit);
  });
  return {
    addresses: {
      ...(grpc === undefined ? {} : { otlpGrpc: grpc.address }),
      ...(http === undefined ? {} : { otlpHttp: http.address }),
    },
    async close(graceMs) {
      await Promise.all([grpc?.listening.close(graceMs), http?.listening.close(graceMs)]);
    },
  };
}

async function open(
  at: OtlpListener,
  flag: string,
  log: Logger,
  listen: (host: string, port: number) => Promise<Listening>,
): Promise<{ readonly address: string; readonly listening: Listening } | undefined> {
  if (at === null) return undefined;
  const { host, port, mayGiveWay } = at;
  try {
    const listening = await listen(host, port);
    return { address: joinHostPort(host, listening.port), listening };
  } catch (error) {
    const why = PharosError.from(error).message;
    if (mayGiveWay) {
      log.warn(`OTLP is not taken on ${host}:${port}, as a collector may be there: choose a port with ${flag}`, {
        why,
      });
      return undefined;
    }
    throw new PharosError("unavailable", why, { hint: `choose another address with ${flag}`, cause: error });
  }
}

/** A call as HTTP knows it: what is asked of who calls is the same. */
function askedBy({ headers, path, peer }: CallInfo): Asked {
  const remoteAddress = peer.address.replace(/:\d+$/, "");
  return {
    method: "POST",
    url: path,
    headers: { ...headers, host: headers[":authority"] },
    socket: { remoteAddress } as Asked["socket"],
  };
}
