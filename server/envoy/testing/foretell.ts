import type { Call, CallResult } from "#core/simulate/call.ts";
import { enumerateBranches } from "#core/simulate/dice.ts";
import { followCall } from "#core/simulate/follow-call.ts";
import type { Answer } from "#server/envoy/testing/answer.ts";
import type { AppHeader } from "#server/envoy/testing/scenario.ts";
import type { RunningApp } from "#server/envoy/testing/scenario-app.ts";

/** Ways in which the dice can fall that are looked at. */
const BRANCHES_MAX = 400;

/** What the simulator says of a question, as an answer is told; undecided where it says that it does not know. */
export type Foretold = { readonly answer: Answer; readonly delayMs: number } | "undecided";

/** Everything that can come of it. `servers`: applications by the ports that lead to them. */
export function foretell(
  call: Call,
  servers: ReadonlyMap<number, { readonly header: AppHeader; readonly app: RunningApp }>,
): readonly Foretold[] {
  return enumerateBranches((dice) => followCall(call, dice, false), BRANCHES_MAX).map(({ value }) => tell(value));

  function tell(result: CallResult): Foretold {
    const { status, by, endpoints, request, response, flags, delayMs } = result;
    if (by === "unknown") return "undecided";
    const isServed = by === "application" || by === "outside";
    const server = isServed ? servers.get(endpoints[0]?.port ?? 0)?.header : undefined;
    const isTcp = call.headers === undefined;
    if (server === undefined && (isTcp || (status === undefined && (flags !== "" || !isServed))))
      return { answer: { headers: {}, closed: true }, delayMs };
    if (server === undefined || isTcp) {
      const app = server === undefined ? {} : { app: server.name };
      return { answer: { ...(status === undefined ? {} : { status }), ...app, headers: plain(response) }, delayMs };
    }
    const isSwitched = server.upgrades === true && request?.get("upgrade") !== undefined;
    const headers = plain(request ?? []);
    const peer = peerOf(call, result);
    const seen = {
      app: server.name,
      method: request?.get(":method") ?? "",
      path: request?.get(":path") ?? "",
      headers: {
        ...headers,
        host: request?.get(":authority") ?? "",
        ...(peer === undefined ? {} : { "x-forwarded-client-cert": `URI=${peer}` }),
      },
    };
    return {
      answer: {
        status: isSwitched ? 101 : (server.status ?? 200),
        app: server.name,
        headers: { ...plain(response), ...unnamed(server.answers ?? {}, response) },
        seen,
      },
      delayMs,
    };
  }
}

/** Headers of an application that proxies say nothing of: what they take away is not told apart. */
function unnamed(
  answers: Readonly<Record<string, string>>,
  response: CallResult["response"],
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(answers).filter(([name]) => response.get(name) === undefined));
}

/** Whose certificate the last proxy has checked. */
function peerOf({ from, connection }: Call, { security, hops }: CallResult): string | undefined {
  if (security === "mutual TLS" && hops.length > 1) return from.certificate.uris[0];
  return hops.length === 1 ? connection.tls?.peer?.uris[0] : undefined;
}

function plain(headers: Iterable<readonly [string, string]>): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !name.startsWith(":")));
}
