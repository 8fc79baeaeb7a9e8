"use client";
import type { ReactNode } from "react";
import { destinationOptions } from "#components/traffic/destination-options.ts";
import { readDestination } from "#components/traffic/read-destination.ts";
import type { RuleFieldsProps } from "#components/traffic/rule-fields.ts";
import { Combobox } from "#components/ui/combobox.tsx";
import { Field } from "#components/ui/field.tsx";
import { NumberInput } from "#components/ui/number-input.tsx";
import { Switch } from "#components/ui/switch.tsx";
import { TextInput } from "#components/ui/text-input.tsx";
import { formField } from "#core/form/form-field.ts";
import {
  rulePath,
  setMirror,
  setMirrorPercent,
  setNumber,
  setText,
  toggleFault,
  toggleRetries,
} from "#core/form/routing-edits.ts";
import type { Path } from "#core/schema/path.ts";

/** Timeout, retries, faults made on purpose, and copies. */
export function ResilienceFields(props: RuleFieldsProps) {
  const { index, rule, context } = props;
  const path = (...rest: Path) => rulePath(index, ...rest);
  const text = (label: string, value: string, ...rest: Path) => (
    <TextField
      label={label}
      path={path(...rest)}
      value={value}
      problem={context.problemAt(path(...rest))}
      onChange={(next) => context.edit(setText(path(...rest), next))}
    />
  );
  const number = (label: string, value: number | null, ...rest: Path) => (
    <NumberFieldRow
      label={label}
      path={path(...rest)}
      value={value}
      problem={context.problemAt(path(...rest))}
      onChange={(next) => context.edit(setNumber(path(...rest), next))}
    />
  );
  return (
    <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2">
      {text("Timeout", rule.timeout, "timeout")}
      <Group
        label="Retries"
        isOn={rule.retries !== null}
        onToggle={(isOn) => context.edit(toggleRetries(index, isOn))}
        off="The proxy's default: 2, on refused connections"
      >
        {rule.retries === null ? null : (
          <>
            {number("Attempts", rule.retries.attempts, "retries", "attempts")}
            {text("Timeout of each try", rule.retries.perTryTimeout, "retries", "perTryTimeout")}
            {text("Retry on", rule.retries.retryOn, "retries", "retryOn")}
          </>
        )}
      </Group>
      <Group
        label="Delay some requests"
        isOn={rule.delay !== null}
        onToggle={(isOn) => context.edit(toggleFault(index, rule, "delay", isOn))}
        off="No fault: requests go on at once"
      >
        {rule.delay === null ? null : (
          <>
            {number("Delayed", rule.delay.percent, "fault", "delay", "percentage", "value")}
            {text("Delay", rule.delay.fixedDelay, "fault", "delay", "fixedDelay")}
          </>
        )}
      </Group>
      <Group
        label="Abort some requests"
        isOn={rule.abort !== null}
        onToggle={(isOn) => context.edit(toggleFault(index, rule, "abort", isOn))}
        off="No fault: requests reach the destination"
      >
        {rule.abort === null ? null : (
          <>
            {number("Aborted", rule.abort.percent, "fault", "abort", "percentage", "value")}
            {number("HTTP status of the answer", rule.abort.httpStatus, "fault", "abort", "httpStatus")}
          </>
        )}
      </Group>
      <MirrorFields {...props} />
    </div>
  );
}

/** Copies of the requests for another version or service, whose answers nobody waits for. */
function MirrorFields({ index, rule, form, catalog, context }: RuleFieldsProps) {
  const options = destinationOptions(catalog, form, { ...rule, destinations: [] });
  // Copies for one that has the requests already would tell nothing new.
  const [first] = destinationOptions(catalog, form, rule);
  const { mirror } = rule;
  const label = mirror === null ? "" : `${mirror.host} ${mirror.subset}`.trim();
  const names = options.map((option) => option.label);
  return (
    <Group
      label="Send copies"
      isOn={mirror !== null}
      onToggle={(isOn) => context.edit(setMirror(index, rule, isOn ? (first ?? { host: "", subset: "" }) : null))}
      off="No copies: only the destination sees a request"
    >
      {mirror === null ? null : (
        <>
          <NumberFieldRow
            label="Copied"
            path={rulePath(index, "mirrorPercentage", "value")}
            value={mirror.percent ?? 100}
            problem={context.problemAt(rulePath(index, "mirrorPercentage"))}
            onChange={(next) => context.edit(setMirrorPercent(index, next === 100 ? null : next))}
          />
          <Field label="To" hint="its answers go nowhere" error={context.problemAt(rulePath(index, "mirror"))}>
            <Combobox
              value={label}
              options={names.includes(label) || label === "" ? names : [label, ...names]}
              onValueChange={(chosen) => {
                const option = options.find((each) => each.label === chosen);
                if (option !== undefined) context.edit(setMirror(index, rule, option));
              }}
              onText={(text) => context.edit(setMirror(index, rule, readDestination(text)))}
            />
          </Field>
        </>
      )}
    </Group>
  );
}

interface GroupProps {
  readonly label: string;
  readonly isOn: boolean;
  readonly onToggle: (isOn: boolean) => void;
  /** What holds while it is off. */
  readonly off: string;
  readonly children: ReactNode;
}

function Group({ label, isOn, onToggle, off, children }: GroupProps) {
  return (
    <div>
      <Switch label={label} isOn={isOn} onChange={onToggle} />
      {isOn ? (
        <div className="mt-2 grid grid-cols-2 gap-2 border-line border-l-2 pl-3">{children}</div>
      ) : (
        <p className="mt-1 text-subtle text-xs">{off}</p>
      )}
    </div>
  );
}

interface FieldOf<T> {
  readonly label: string;
  /** Its unit, bounds and hint are those of the schema. */
  readonly path: Path;
  readonly value: T;
  readonly problem: string | undefined;
  readonly onChange: (value: T) => void;
}

function TextField({ label, path, value, problem, onChange }: FieldOf<string>) {
  const { hint } = formField("VirtualService", path);
  return (
    <Field label={label} hint={hint} error={problem}>
      <TextInput isCode value={value} onValueChange={onChange} spellCheck={false} />
    </Field>
  );
}

function NumberFieldRow({ label, path, value, problem, onChange }: FieldOf<number | null>) {
  const { unit, hint, min, max } = formField("VirtualService", path);
  return (
    <Field label={unit === undefined ? label : `${label}, in ${unit}`} hint={hint} error={problem}>
      <NumberInput
        value={value}
        {...(min === undefined ? {} : { min })}
        {...(max === undefined ? {} : { max })}
        onValueChange={onChange}
      />
    </Field>
  );
}
