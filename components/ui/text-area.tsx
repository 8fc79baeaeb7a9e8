"use client";
import { Field } from "@base-ui/react/field";
import type { ComponentProps } from "react";
import { CONTROL_CLASS } from "#components/ui/control-class.ts";
import { cx } from "#components/ui/cx.ts";

export interface TextAreaProps extends Omit<ComponentProps<"textarea">, "ref" | "value" | "onChange" | "defaultValue"> {
  readonly value: string;
  readonly onValueChange: (value: string) => void;
}

export function TextArea({ value, onValueChange, className, rows = 3, ...rest }: TextAreaProps) {
  return (
    <Field.Control
      value={value}
      onValueChange={onValueChange}
      render={<textarea rows={rows} {...rest} />}
      className={cx(CONTROL_CLASS, "h-auto resize-y py-1.5", className)}
    />
  );
}
