import { parseAllDocuments } from "yaml";
import { TCP_PORT } from "#testing/oracle/arbitrary/any-connection-rule.ts";
import type { Difference } from "#testing/oracle/area.ts";
import { isInRange } from "#testing/oracle/envoy/match-text.ts";
import { type Json, listAt, numberAt, textAt } from "#testing/oracle/json.ts";

/** Of a case, as it is written, and of a difference in it. */
export type Holds = (text: string, difference: Difference) => boolean;

/** A port as a case's ServiceEntries have it that a cluster's name is made of. */
export interface WrittenPort {
  /** "" where none is written. */
  readonly protocol: string;
  readonly resolution: string;
}

let last: { readonly text: string; readonly documents: readonly Json[] } | undefined;

/** Read once for all that is asked of a case. */
export function documentsOf(text: string): readonly Json[] {
  if (last?.text !== text) last = { text, documents: parseAllDocuments(text).map((each) => each.toJS() as Json) };
  return last.documents;
}

/** Of the documents of a kind one at least is such. */
export function someDocument(kind: string, isSuch: (document: Json, difference: Difference) => boolean): Holds {
  return (text, difference) =>
    documentsOf(text).some((each) => textAt(each, "kind") === kind && isSuch(each, difference));
}

/** The cluster that `where` names ("… outbound|80|v1|a.example.com") is of such a port. */
export function ofPort(isSuch: (port: WrittenPort) => boolean): Holds {
  return someDocument("ServiceEntry", (entry, { where }) => {
    const [, number = "", host = ""] = /outbound\|(\d+)\|[^|]*\|(\S+)/.exec(where) ?? [];
    if (!listAt(entry, "spec", "hosts").includes(host)) return false;
    return listAt(entry, "spec", "ports")
      .filter((port) => numberAt(port, "number") === Number(number))
      .some((port) =>
        isSuch({
          protocol: textAt(port, "protocol") ?? "",
          resolution: textAt(entry, "spec", "resolution") ?? "",
        }),
      );
  });
}

/** No service that the caller surely sees has the address that `where` names ("sidecar-prod {\"address\":…}"). */
export const isOfNobodyKnown: Holds = (text, { where }) => {
  const [, namespace = "", address = ""] = /^sidecar-(\S+) \{"address":"([^"]+)"/.exec(where) ?? [];
  // Whom a Sidecar or the mesh's defaults leave is not reckoned again here.
  if (/^kind: Sidecar$|^ {2}defaultServiceExportTo:$/m.test(text)) return true;
  return !documentsOf(text).some(
    (each) =>
      textAt(each, "kind") === "ServiceEntry" &&
      isExportedTo(each, namespace) &&
      listAt(each, "spec", "addresses").some((range) => isInRange(rangeOf(String(range)), address)),
  );
};

/** Each service that the caller sees on the port that `where` names ("sidecar-prod port 80 …") is found by addresses, and has no protocol there. */
export const isAtAddressesAlone: Holds = (text, { where }) => {
  const [, namespace = "", port = ""] = /^sidecar-(\S+) port (\d+) /.exec(where) ?? [];
  return documentsOf(text).every((each) => {
    if (textAt(each, "kind") !== "ServiceEntry" || !isExportedTo(each, namespace)) return true;
    const ports = listAt(each, "spec", "ports").filter((one) => numberAt(one, "number") === Number(port));
    const hasAddresses = listAt(each, "spec", "addresses").length > 0;
    return ports.every((one) => hasAddresses && (textAt(one, "protocol") ?? "") === "");
  });
};

/** Of TCP's port one service at least is found by a range, and one is of MONGO or several say no protocol. */
export const standBesideRanges: Holds = (text) => {
  const there = documentsOf(text).flatMap((each) => {
    const port = listAt(each, "spec", "ports").find((one) => numberAt(one, "number") === TCP_PORT);
    const hasRange = listAt(each, "spec", "addresses").some((address) => String(address).includes("/"));
    return port === undefined ? [] : [{ protocol: textAt(port, "protocol") ?? "", hasRange }];
  });
  const isMixed = there.some(({ protocol }) => protocol === "MONGO");
  return (
    there.some(({ hasRange }) => hasRange) && (isMixed || there.filter(({ protocol }) => protocol === "").length > 1)
  );
};

function isExportedTo(document: Json, namespace: string): boolean {
  const to = listAt(document, "spec", "exportTo");
  const isOwn = textAt(document, "metadata", "namespace") === namespace;
  return to.length === 0 || to.includes("*") || to.includes(namespace) || (isOwn && to.includes("."));
}

function rangeOf(written: string): Json {
  const [addressPrefix = "", length] = written.split("/");
  const whole = addressPrefix.includes(":") ? 128 : 32;
  return { addressPrefix, prefixLen: length === undefined ? whole : Number(length) };
}
