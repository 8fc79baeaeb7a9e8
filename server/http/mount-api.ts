import type { IncomingMessage, ServerResponse } from "node:http";
import { nodeHTTPRequestHandler } from "@trpc/server/adapters/node-http";
import { isAllowed, type Procedure } from "#core/access/permissions.ts";
import { PharosError } from "#core/errors.ts";
import { Budget } from "#core/limits/budget.ts";
import type { PrincipalView } from "#core/view/session.ts";
import type { HttpHandler } from "#node/http-service.ts";
import { appRouter } from "#server/api/router.ts";
import { type ApiContext, toTrpcError } from "#server/api/trpc.ts";

const PREFIX = "/api/trpc/";
/** Documents come with these; what else is asked is short. */
const TAKES_DOCUMENTS = /^config\.(check|preview|applyChanges)$/;
const DOCUMENTS_BYTES_MAX = 24 * 1024 * 1024;
const BYTES_MAX = 1024 * 1024;
/** Of bodies that are being read, of one caller and together: each is held whole until it has been. */
const IN_FLIGHT = { perParty: 48 * 1024 * 1024, inSum: 96 * 1024 * 1024 } as const;
const SMALL = 64 * 1024;
/** Subscriptions that are open, of one account and together: a page has one, seldom two, and each is work every few seconds. */
const FOLLOWED = { perParty: 32, inSum: 512 } as const;
/** What is asked once is allowed or not as it is asked; what is followed lasts for an hour and more. */
const LOOK_EVERY_MS = 30_000;

export interface ApiMount {
  /** Makes the context of one call; throws PharosError when the request must not be served at all (a foreign origin). */
  createContext(request: IncomingMessage): Promise<ApiContext>;
  onError(error: PharosError, procedure: string): void;
  /** Told of accounts that follow too much. */
  onLimit(limit: string, party: string): void;
  /** How often it is looked whether who follows still may. */
  readonly lookEveryMs?: number;
}

/** tRPC at /api/trpc. A batch is one HTTP request; subscriptions are server-sent events. */
export function mountApi({ createContext, onError, onLimit, lookEveryMs = LOOK_EVERY_MS }: ApiMount): HttpHandler {
  const inFlight = new Budget({ name: "bytes of requests that are read", ...IN_FLIGHT, onRefused: () => undefined });
  const followed = new Budget({ name: "subscriptions", ...FOLLOWED, onRefused: onLimit });
  return async (request, response) => {
    const path = (request.url ?? "").split("?", 1)[0]?.slice(PREFIX.length) ?? "";
    const maxBodySize = TAKES_DOCUMENTS.test(path) ? DOCUMENTS_BYTES_MAX : BYTES_MAX;
    const size = sizeOf(request, maxBodySize);
    /** Once it is known whose it is, and before it is read: nobody's requests are refused unread. */
    const hold = ({ principal, from }: ApiContext): void => {
      const party = principal?.name ?? from;
      if (size > SMALL) holdOpen(inFlight, party, size, response, tooMuch);
      // Strangers may follow nothing, and are told so.
      if (principal === null || !isSubscription(path)) return;
      holdOpen(followed, party, 1, response, () => followsTooMuch(party));
      endWithRight(path, response, lookEveryMs, async () => (await createContext(request)).principal);
    };
    await nodeHTTPRequestHandler({
      req: request as never,
      res: response as never,
      path,
      router: appRouter,
      createContext: async () => {
        try {
          if (size > maxBodySize) throw tooLarge(size, maxBodySize);
          const context = await createContext(request);
          hold(context);
          return context;
        } catch (error) {
          throw toTrpcError(error);
        }
      },
      maxBodySize,
      onError: ({ error, path: procedure }) => {
        if (error.code === "INTERNAL_SERVER_ERROR") onError(PharosError.from(error.cause ?? error), procedure ?? path);
      },
    });
  };
}

/** Takes so much until the response is closed. */
function holdOpen(
  budget: Budget,
  party: string,
  amount: number,
  response: ServerResponse,
  refusal: () => PharosError,
): void {
  if (!budget.take(party, amount)) throw refusal();
  if (response.closed) budget.give(party, amount);
  else response.once("close", () => budget.give(party, amount));
}

/**
 * Ends what is followed once who follows may no more: signed out, of another role, or with a token that is revoked. Whoever asks again is told why.
 * Who that is cannot always be known: then it goes on until it can.
 */
function endWithRight(
  path: string,
  response: ServerResponse,
  everyMs: number,
  whoIs: () => Promise<PrincipalView | null>,
): void {
  if (response.closed) return;
  const looking = setInterval(() => {
    whoIs().then(
      (principal) => {
        if (!isAllowed(path as Procedure, principal?.role ?? null)) response.destroy();
      },
      () => undefined,
    );
  }, everyMs).unref();
  response.once("close", () => clearInterval(looking));
}

/** By `noun.verb`, as they are asked for. */
const PROCEDURES = appRouter._def.procedures as unknown as Readonly<Record<string, { _def: { type: string } }>>;

function isSubscription(path: string): boolean {
  return Object.hasOwn(PROCEDURES, path) && PROCEDURES[path]?._def.type === "subscription";
}

function followsTooMuch(party: string): PharosError {
  const { perParty, inSum } = FOLLOWED;
  return new PharosError(
    "exhausted",
    `${party} may follow nothing more: at most ${perParty} subscriptions of one account are open at a time, and ${inSum} on this server`,
    { hint: "close pages and commands that follow the graph or a roll-out, or ask once instead of following" },
  );
}

/** As it says, or the most that it may have where it does not say. */
function sizeOf(request: IncomingMessage, max: number): number {
  const said = Number(request.headers["content-length"]);
  if (Number.isSafeInteger(said) && said >= 0) return said;
  return request.headers["transfer-encoding"] === undefined ? 0 : max;
}

function tooLarge(size: number, max: number): PharosError {
  const [has, may] = [size, max].map((bytes) => (bytes / 1024 / 1024).toFixed(1));
  return new PharosError("too-large", `the request has ${has} MiB; at most ${may} MiB are read`, {
    hint: "send the documents in parts",
  });
}

function tooMuch(): PharosError {
  return new PharosError("exhausted", "the server is reading as many large requests as it holds at once", {
    hint: "try again in a few seconds",
  });
}
