"use client";
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useTRPC } from "#components/api/trpc.ts";
import type { TraceFilter } from "#components/traces/trace-filter.ts";
import { Button } from "#components/ui/button.tsx";
import { Combobox } from "#components/ui/combobox.tsx";
import { SearchInput } from "#components/ui/search-input.tsx";
import { Switch } from "#components/ui/switch.tsx";
import { TextInput, type TextInputProps } from "#components/ui/text-input.tsx";
import type { SearchPatch } from "#components/ui/use-search-state.ts";
import { useSettled } from "#components/ui/use-settled.ts";

const TYPING_MS = 300;

/** Narrows the search as one types; the URL follows. */
export function TraceFilterBar({
  filter,
  onChange,
}: {
  readonly filter: TraceFilter;
  readonly onChange: (patch: SearchPatch) => void;
}) {
  const trpc = useTRPC();
  const names = useQuery(trpc.services.names.queryOptions(undefined, { staleTime: 30_000 }));
  const services = (names.data?.services ?? []).map(({ name, namespace }) => `${name}.${namespace}`);
  return (
    <div className="mb-2 flex flex-wrap items-center gap-2">
      <Settled value={filter.service} onSettle={(service) => onChange({ service })}>
        {(value, setValue) => (
          <Combobox
            isFree
            label="Service"
            placeholder="Any service"
            className="w-56"
            value={value}
            options={services}
            onValueChange={setValue}
          />
        )}
      </Settled>
      {filter.callee === "" ? null : (
        <Button
          size="sm"
          aria-label={`Calls of any host, not only of ${filter.callee}`}
          onClick={() => onChange({ callee: null })}
        >
          to {filter.callee} <X aria-hidden />
        </Button>
      )}
      <Settled value={filter.operation} onSettle={(operation) => onChange({ operation })}>
        {(value, setValue) => <SearchInput label="Operation or path" value={value} onValueChange={setValue} />}
      </Settled>
      <SettledText
        aria-label="Tags of a span, name=value"
        title="Attributes that one span has, as name=value; several are separated by spaces"
        placeholder="http.status_code=503"
        className="w-48"
        value={filter.tags}
        onSettle={(tags) => onChange({ tags })}
      />
      <SettledText
        aria-label="Shortest duration in milliseconds"
        placeholder="From ms"
        inputMode="decimal"
        className="w-24"
        value={filter.minDurationMs?.toString() ?? ""}
        onSettle={(min) => onChange({ min })}
      />
      <SettledText
        aria-label="Longest duration in milliseconds"
        placeholder="To ms"
        inputMode="decimal"
        className="w-24"
        value={filter.maxDurationMs?.toString() ?? ""}
        onSettle={(max) => onChange({ max })}
      />
      <Switch
        className="ml-2"
        label="Only with errors"
        isOn={filter.errorsOnly}
        onChange={(isOn) => onChange({ errors: isOn ? "1" : null })}
      />
    </div>
  );
}

interface SettledProps {
  readonly value: string;
  readonly onSettle: (value: string) => void;
  readonly children: (value: string, setValue: (value: string) => void) => React.ReactNode;
}

function Settled({ value, onSettle, children }: SettledProps) {
  return children(...useSettled(value, onSettle, TYPING_MS));
}

interface SettledTextProps extends Omit<TextInputProps, "value" | "onValueChange"> {
  readonly value: string;
  readonly onSettle: (value: string) => void;
}

function SettledText({ value, onSettle, ...input }: SettledTextProps) {
  const [typed, setTyped] = useSettled(value, onSettle, TYPING_MS);
  return <TextInput {...input} value={typed} onValueChange={setTyped} />;
}
