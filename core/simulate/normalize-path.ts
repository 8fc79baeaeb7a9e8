import type { HttpManager } from "#core/simulate/listener.ts";

/** What became of a path: it goes on as it now is, it is refused, or the client is sent to it. */
export interface NormalizedPath {
  readonly path: string;
  readonly action: "continue" | "reject" | "redirect";
}

/** Before routes and policies see it. A path with a fragment is refused, as Envoy does. */
export function normalizePath(
  path: string,
  manager: Pick<HttpManager, "normalizesPath" | "mergesSlashes" | "escapedSlashes">,
): NormalizedPath {
  if (path.includes("#")) return { path, action: "reject" };
  const queryAt = path.indexOf("?");
  let own = queryAt < 0 ? path : path.slice(0, queryAt);
  const query = queryAt < 0 ? "" : path.slice(queryAt);
  let action: NormalizedPath["action"] = "continue";
  if (manager.escapedSlashes !== "keep" && /%2f|%5c/i.test(own)) {
    if (manager.escapedSlashes === "reject") return { path, action: "reject" };
    own = own.replace(/%2f/gi, "/").replace(/%5c/gi, "\\");
    if (manager.escapedSlashes === "redirect") action = "redirect";
  }
  if (manager.normalizesPath && needsWork(own)) {
    const canonical = canonicalize(own);
    if (canonical === undefined) return { path, action: "reject" };
    own = canonical;
  }
  if (manager.mergesSlashes && own.includes("//")) own = mergeSlashes(own);
  return { path: own + query, action };
}

/** Nothing but slashes comes out as two of them: one at each end. */
function mergeSlashes(path: string): string {
  const segments = path.split("/").filter((segment) => segment !== "");
  return `${path.startsWith("/") ? "/" : ""}${segments.join("/")}${path.endsWith("/") ? "/" : ""}`;
}

/** Most paths need none: letters, digits and what passes, without a segment that begins with a dot. */
function needsWork(path: string): boolean {
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at);
    if (code === 46 && path.charCodeAt(at - 1) === 47) return true;
    if (code === 37 || code === 92 || !PASSES.has(code)) return true;
  }
  return path.charCodeAt(0) !== 47;
}

const codes = (text: string): number[] => [...text].map((each) => each.charCodeAt(0));
const ALNUM = codes("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
/** Written out where they came escaped. */
const UNESCAPED: ReadonlySet<number> = new Set([...ALNUM, ...codes("-._~")]);
/** Left as they are. */
const PASSES: ReadonlySet<number> = new Set([...UNESCAPED, ...codes("!$&'()*+,:;=@[]/")]);

/** A path in the form that browsers give it (Envoy: googleurl's CanonicalizePath); undefined where it cannot be had. */
function canonicalize(path: string): string | undefined {
  const made: string[] = [""];
  let segment = "";
  let isRooted = false;
  const close = (isLast: boolean): void => {
    if (segment === "..") {
      if (made.length > 1) made.pop();
      if (isLast) made.push("");
    } else if (segment === ".") {
      if (isLast) made.push("");
    } else made.push(segment);
    segment = "";
  };
  for (let at = 0; at < path.length; at++) {
    let char = path[at] ?? "";
    let code = path.charCodeAt(at);
    if (code === 47 || code === 92) {
      if (isRooted) close(false);
      isRooted = true;
      continue;
    }
    isRooted = true;
    if (code === 37) {
      const hex = path.slice(at + 1, at + 3);
      if (!/^[0-9a-fA-F]{2}$/.test(hex)) {
        segment += "%";
        continue;
      }
      code = Number.parseInt(hex, 16);
      if (code === 0) return undefined;
      at += 2;
      segment += UNESCAPED.has(code) ? String.fromCharCode(code) : `%${hex}`;
      continue;
    }
    if (code === 0) return undefined;
    if (!PASSES.has(code))
      char = [...new TextEncoder().encode(char)]
        .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
        .join("");
    segment += char;
  }
  close(true);
  return made.length === 1 ? "/" : made.join("/");
}
