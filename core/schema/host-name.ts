const LABEL = /^[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/;

/** What is wrong with a DNS name (one label or many, trailing dot allowed); undefined when it is one. */
export function checkHostName(name: string): string | undefined {
  if (name === "") return "is empty";
  if (name.length > 255) return "is longer than 255 characters";
  const labels = name.replace(/\.$/, "").split(".");
  for (const label of labels)
    if (!LABEL.test(label)) return `is not a DNS name: ${JSON.stringify(label)} is not a valid label`;
  const last = labels.at(-1) ?? "";
  if (/^\d+$/.test(last)) return "is not a DNS name: its last label is a number";
  return undefined;
}

/** The same, where the first label may be `*` or begin with `*`. */
export function checkWildcardHostName(name: string): string | undefined {
  if (name === "*") return undefined;
  // Istio looks for a number at the end of what follows the first label alone.
  if (/^\*?\d+$/.test(name) && name.length <= 63) return undefined;
  if (!name.startsWith("*"))
    return name.includes("*") ? "may have a wildcard only at its beginning" : checkHostName(name);
  const rest = name.startsWith("*.") ? name.slice(2) : name.slice(1).replace(/^-/, "");
  return rest.includes("*") ? "may have one wildcard, at its beginning" : checkHostName(rest);
}
