import { splitPath } from "#core/telemetry/path-template.ts";
import type { TraceSpan } from "#core/telemetry/trace.ts";

/** A proxy names a span by its route, `details.default.svc.cluster.local:9080/*`; what was asked for says more. Other operations stand as they are. */
export function spanTitle({ operation, attributes }: Pick<TraceSpan, "operation" | "attributes">): string {
  const method = attributes["http.method"] ?? attributes["http.request.method"];
  const url = attributes["http.url"] ?? attributes["url.path"] ?? attributes["http.target"];
  const isRouteName = /^\S+\/\*$|^(ingress|egress)$|^(router|async) /.test(operation);
  if (!isRouteName || typeof method !== "string" || typeof url !== "string") return operation;
  return `${method} ${pathOf(url)}`;
}

/** The same with what differs from request to request taken out: spans of one kind have one, whichever instance was asked and for what. */
export function spanGroup(span: Pick<TraceSpan, "operation" | "attributes">): string {
  const title = spanTitle(span);
  if (title === span.operation) return title;
  const at = title.indexOf(" ");
  return `${title.slice(0, at)} /${splitPath(title.slice(at + 1)).join("/")}`;
}

function pathOf(url: string): string {
  const path = url.replace(/^[a-z]+:\/\/[^/]*/i, "").split("?", 1)[0] ?? "";
  return path === "" ? "/" : path;
}
