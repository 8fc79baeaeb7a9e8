import type { Headers } from "#core/simulate/headers.ts";
import type { Refused } from "#core/simulate/refused.ts";

/** Envoy's codec takes these of HTTP/1.1 alone (`BalsaParser`); CONNECT needs a route that Pharos makes none of. */
const METHODS: ReadonlySet<string> = new Set(
  "ACL BIND CHECKOUT CONNECT COPY DELETE GET HEAD LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MOVE MSEARCH NOTIFY OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT REBIND REPORT SEARCH SOURCE SUBSCRIBE TRACE UNBIND UNLINK UNLOCK UNSUBSCRIBE".split(
    " ",
  ),
);
const PATH = /^[\x21-\x7e]*$/;
const AUTHORITY = /^[-A-Za-z0-9._~%!$&'()*+,;=:@[\]]*$/;

const refuse = (status: number, details: string): Refused => ({ status, details, isByCodec: true });

/** What the codec of HTTP/1.1 refuses before anything else sees it; undefined: nothing. Changes what it reads otherwise: an offer of HTTP/2 is not taken. */
export function readHttp1(headers: Headers): Refused | undefined {
  if (!METHODS.has(headers.get(":method") ?? "")) return refuse(400, "http1.codec_error");
  if (!PATH.test(headers.get(":path") ?? "")) return refuse(400, "http1.codec_error");
  if (!AUTHORITY.test(headers.get(":authority") ?? "")) return refuse(400, "http.invalid_authority");
  const length = headers.get("content-length");
  if (length !== undefined && !/^\d+$/.test(length)) return refuse(400, "http1.codec_error");
  const coding = headers.get("transfer-encoding");
  if (coding !== undefined) {
    if (coding.toLowerCase() !== "chunked") return refuse(501, "http1.invalid_transfer_encoding");
    if (length !== undefined) return refuse(400, "http1.content_length_and_chunked_not_allowed");
  }
  if (headers.get("upgrade")?.toLowerCase() === "h2c") headers.delete("upgrade");
  return undefined;
}

/** What a request asks to go on as, in lower case; undefined where it asks for nothing: `Upgrade` counts where `Connection` names it. */
export function upgradeOf(headers: Headers): string | undefined {
  const asked = headers.get("upgrade")?.toLowerCase();
  if (asked === undefined) return undefined;
  const tokens = headers.get("connection")?.toLowerCase().split(",") ?? [];
  return tokens.some((each) => each.trim() === "upgrade") ? asked : undefined;
}
