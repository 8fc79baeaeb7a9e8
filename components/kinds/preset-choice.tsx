import { Button } from "#components/ui/button.tsx";
import { Card } from "#components/ui/card.tsx";
import type { KindPreset } from "#core/kinds/kind.ts";

export interface PresetChoiceProps {
  readonly presets: Readonly<Record<string, KindPreset>>;
  /** Empty: the template. */
  readonly chosen: string;
  /** Null: the template again. */
  readonly onChoose: (preset: string | null) => void;
}

/** What a new resource begins with. Each has a draft of its own, so that looking at another loses nothing. */
export function PresetChoice({ presets, chosen, onChoose }: PresetChoiceProps) {
  const entries = Object.entries(presets);
  if (entries.length === 0) return null;
  return (
    <Card
      className="mb-4"
      title="Begin with"
      description={presets[chosen]?.detail ?? "what is written most often; every field can be changed below"}
      testId="presets"
    >
      <div className="flex flex-wrap gap-2">
        {[["", { label: "The usual" }] as const, ...entries].map(([name, { label }]) => (
          <Button
            key={name}
            size="sm"
            aria-pressed={name === chosen}
            className={name === chosen ? "border-accent! text-accent-text!" : ""}
            onClick={() => onChoose(name === "" ? null : name)}
          >
            {label}
          </Button>
        ))}
      </div>
    </Card>
  );
}
