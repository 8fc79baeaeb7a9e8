import { Code } from "lucide-react";

/** Fields that the form keeps and does not show. */
export function OtherFieldsNote({
  paths,
  onShowYaml,
}: {
  readonly paths: readonly string[];
  readonly onShowYaml?: () => void;
}) {
  if (paths.length === 0) return null;
  return (
    <p className="flex items-start gap-2 text-muted text-xs">
      <Code aria-hidden className="mt-0.5 size-3.5 shrink-0" />
      <span>
        Also in YAML:{" "}
        {paths.map((path, index) => (
          <span key={path}>
            {index === 0 ? "" : ", "}
            <code className="break-all font-mono text-2xs">{path.replace(/^spec\./, "")}</code>
          </span>
        ))}
        {onShowYaml === undefined ? null : (
          <button type="button" onClick={onShowYaml} className="ml-1.5 rounded-sm text-accent-text underline">
            Show
          </button>
        )}
      </span>
    </p>
  );
}
