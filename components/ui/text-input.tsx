"use client";
import { Input } from "@base-ui/react/input";
import type { ComponentProps } from "react";
import { CONTROL_CLASS } from "#components/ui/control-class.ts";
import { cx } from "#components/ui/cx.ts";

export interface TextInputProps
  extends Omit<ComponentProps<"input">, "ref" | "value" | "defaultValue" | "onChange" | "size"> {
  readonly value: string;
  readonly onValueChange: (value: string) => void;
  /** Names, hosts and paths read better in the fixed-width face. */
  readonly isCode?: boolean;
}

export function TextInput({ value, onValueChange, isCode = false, className, ...rest }: TextInputProps) {
  return (
    <Input
      {...rest}
      value={value}
      onValueChange={onValueChange}
      className={cx(CONTROL_CLASS, isCode && "font-mono text-xs", className)}
    />
  );
}
