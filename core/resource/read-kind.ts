import { isMap, isScalar, type Node } from "yaml";
import type { DiagnosticCode } from "#core/diagnostic-codes.ts";
import { isKind, KIND_NAMES, KINDS, type Kind, versionsOf } from "#core/kinds/kinds.ts";
import { unhandledKind } from "#core/kinds/unhandled-kinds.ts";
import type { Problem } from "#core/resource/problem-list.ts";
import { closestName } from "#core/schema/closest-name.ts";

/** Which of the kinds a document is; otherwise the problem that says why it is none. */
export function readKind(root: Node | null): Kind | Problem {
  const apiVersion = textAt(root, "apiVersion");
  const kind = textAt(root, "kind");
  const problem = (code: DiagnosticCode, field: "apiVersion" | "kind", message: string, hint?: string): Problem => ({
    severity: "error",
    code,
    path: [field],
    node: nodeAt(root, field) ?? root,
    message,
    ...(hint === undefined ? {} : { hint }),
  });
  if (!isMap(root))
    return {
      ...problem("wrong-type", "kind", "the document is not an object with apiVersion, kind, metadata and spec"),
      path: [],
    };
  if (kind === undefined) return problem("missing-field", "kind", "kind is missing", `one of ${KIND_NAMES.join(", ")}`);
  if (apiVersion === undefined)
    return problem(
      "missing-field",
      "apiVersion",
      "apiVersion is missing",
      isKind(kind) ? `${KINDS[kind].group}/${versionsOf(kind)[0]}` : undefined,
    );
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  const version = apiVersion.slice(slash + 1);
  if (isKind(kind) && KINDS[kind].group === group) {
    const versions = versionsOf(kind);
    return versions.includes(version)
      ? kind
      : problem(
          "unknown-version",
          "apiVersion",
          `${apiVersion} is not a version of ${kind}`,
          `one of ${versions.map((each) => `${group}/${each}`).join(", ")}`,
        );
  }
  if (isKind(kind) && !group.includes("gateway.networking")) {
    return problem(
      "unknown-version",
      "apiVersion",
      `${kind} is of the group ${KINDS[kind].group}, not ${apiVersion}`,
      `write ${KINDS[kind].group}/${versionsOf(kind)[0]}`,
    );
  }
  const unhandled = group.endsWith(".istio.io") ? unhandledKind(kind) : undefined;
  if (unhandled !== undefined)
    return problem(
      "kind-not-handled",
      "kind",
      `${kind} is not handled: ${unhandled.reason}`,
      "take the document out of what is applied",
    );
  const meant = group.endsWith("istio.io") ? closestName(kind, KIND_NAMES) : undefined;
  if (meant !== undefined) return problem("unknown-kind", "kind", `there is no kind ${kind}`, `did you mean ${meant}?`);
  return problem(
    "unknown-kind",
    "kind",
    `${apiVersion} ${kind} is not a kind that Pharos reads`,
    `it reads ${KIND_NAMES.join(", ")}; describe services with ServiceEntry and workloads with WorkloadGroup`,
  );
}

function nodeAt(root: Node | null, field: string): Node | undefined {
  const node = isMap(root) ? root.get(field, true) : undefined;
  return isScalar(node) ? node : undefined;
}

function textAt(root: Node | null, field: string): string | undefined {
  const node = nodeAt(root, field);
  return isScalar(node) && typeof node.value === "string" ? node.value : undefined;
}
