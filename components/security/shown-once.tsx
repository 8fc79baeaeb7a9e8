import { CodeBlock } from "#components/ui/code-block.tsx";
import { Notice } from "#components/ui/notice.tsx";

export interface ShownOnceProps {
  readonly secret: string;
  readonly commands: readonly { readonly label: string; readonly text: string }[];
}

/** A secret that the server does not keep: to be copied now or never. */
export function ShownOnce({ secret, commands }: ShownOnceProps) {
  return (
    <div className="flex flex-col gap-4">
      <Notice tone="warn" title="Copy the token now">
        Only its hash is kept: it cannot be shown again.
      </Notice>
      <CodeBlock label="The token" text={secret} className="break-all [&_pre]:whitespace-pre-wrap" />
      {commands.map(({ label, text }) => (
        <div key={label}>
          <p className="mb-1 font-medium text-ink text-xs">{label}</p>
          <CodeBlock label={label} text={text} className="[&_pre]:whitespace-pre-wrap [&_pre]:break-all" />
        </div>
      ))}
    </div>
  );
}
