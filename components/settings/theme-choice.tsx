"use client";
import { useEffect, useState } from "react";
import { applyTheme, parseTheme, type Theme } from "#components/shell/theme.ts";
import { Segmented } from "#components/ui/segmented.tsx";

const THEMES = [
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
  { value: "system", label: "As the system" },
] as const satisfies readonly { value: Theme; label: string }[];

/** The same choice as in the top bar, where people look for it too. */
export function ThemeChoice() {
  const [theme, setTheme] = useState<Theme>("system");
  useEffect(() => setTheme(parseTheme(document.documentElement.dataset.theme)), []);
  return (
    <Segmented
      label="Theme"
      value={theme}
      options={THEMES}
      onValueChange={(next) => {
        applyTheme(next);
        setTheme(next);
      }}
    />
  );
}
