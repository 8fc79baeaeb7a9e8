import { type Diagnostic, errorAt, warningAt } from "#core/diagnostic.ts";
import type { WasmModule } from "#core/kinds/traffic-extension/schema.ts";
import type { Path } from "#core/schema/path.ts";

/** What the fields of a module say against each other. */
export function validateModule({ url, sha256 = "", vmConfig }: WasmModule, path: Path): Diagnostic[] {
  const issues: Diagnostic[] = [];
  const isFile = /^file:/i.test(url);
  if (!isFile && sha256 === "")
    issues.push(
      errorAt(
        [...path, "sha256"],
        "needs-field",
        "what proxies fetch has to be known: whoever answers there could have them run anything",
        `set sha256 to what \`curl -fsSL ${inShell(url)} | sha256sum\` prints, once the module is one that you trust`,
      ),
    );
  if (isFile && sha256 !== "")
    issues.push(
      warningAt(
        [...path, "sha256"],
        "no-effect",
        "Envoy does not check files of its host",
        "leave it out, or serve the module over https://",
      ),
    );
  const names = new Set<string>();
  for (const [index, { name, value, valueFrom = "INLINE" }] of (vmConfig?.env ?? []).entries()) {
    const at = [...path, "vmConfig", "env", index];
    if (names.has(name))
      issues.push(errorAt([...at, "name"], "duplicate-value", `${name} appears twice`, "leave one of them out"));
    names.add(name);
    if (valueFrom === "HOST" && value !== undefined && value !== "")
      issues.push(
        errorAt([...at, "value"], "conflicting-fields", "a value of the host is not written here", "leave it out"),
      );
  }
  return issues;
}

/** One word of a shell, whoever wrote the address: somebody may paste it. */
const inShell = (url: string): string => (/^[\w:/.%@~-]+$/.test(url) ? url : `'${url.replaceAll("'", "%27")}'`);
