"use client";
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { useTRPC } from "#components/api/trpc.ts";
import type { TraceFilter } from "#components/traces/trace-filter.ts";
import { Button } from "#components/ui/button.tsx";
import { Combobox } from "#components/ui/combobox.tsx";
import { SearchInput } from "#components/ui/search-input.tsx";
import { Switch } from "#components/ui/switch.tsx";
import { TextInput } from "#components/ui/text-input.tsx";
import { useDebounced } from "#components/ui/use-debounced.ts";
import type { SearchPatch } from "#components/ui/use-search-state.ts";

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
    <div className="mb-4 flex flex-wrap items-center gap-2">
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
      <Settled value={filter.tags} onSettle={(tags) => onChange({ tags })}>
        {(value, setValue) => (
          <TextInput
            aria-label="Tags of a span, name=value"
            title="Attributes that one span has, as name=value; several are separated by spaces"
            placeholder="http.status_code=503"
            className="w-48"
            value={value}
            onValueChange={setValue}
          />
        )}
      </Settled>
      <Settled value={filter.minDurationMs?.toString() ?? ""} onSettle={(min) => onChange({ min })}>
        {(value, setValue) => (
          <TextInput
            aria-label="Shortest duration in milliseconds"
            placeholder="From ms"
            inputMode="decimal"
            className="w-24"
            value={value}
            onValueChange={setValue}
          />
        )}
      </Settled>
      <Settled value={filter.maxDurationMs?.toString() ?? ""} onSettle={(max) => onChange({ max })}>
        {(value, setValue) => (
          <TextInput
            aria-label="Longest duration in milliseconds"
            placeholder="To ms"
            inputMode="decimal"
            className="w-24"
            value={value}
            onValueChange={setValue}
          />
        )}
      </Settled>
      <Settled value={filter.query} onSettle={(q) => onChange({ q })}>
        {(value, setValue) => (
          <TextInput
            aria-label="TraceQL"
            title="Traces that a query of TraceQL finds, within what the other fields ask for"
            placeholder="{ status = error } >> { duration > 1s }"
            className="min-w-64 flex-1 font-mono"
            value={value}
            onValueChange={setValue}
          />
        )}
      </Settled>
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

/** Lets one type freely and passes the text on when typing pauses; follows the URL when that changes by itself. */
function Settled({ value, onSettle, children }: SettledProps) {
  const [typed, setTyped] = useState(value);
  const settled = useDebounced(typed, TYPING_MS);
  useEffect(() => setTyped(value), [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: passes on when typing has paused, and at no other time
  useEffect(() => {
    if (settled === typed && settled !== value) onSettle(settled);
  }, [settled]);
  return children(typed, setTyped);
}
