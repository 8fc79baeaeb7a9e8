"use client";
import { Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";
import { applyTheme, type Theme } from "#components/shell/theme.ts";
import { buttonClass } from "#components/ui/button.tsx";
import { Menu } from "#components/ui/menu.tsx";

const CHOICES = [
  { theme: "light", label: "Light", icon: <Sun aria-hidden /> },
  { theme: "dark", label: "Dark", icon: <Moon aria-hidden /> },
  { theme: "system", label: "As the system", icon: <Monitor aria-hidden /> },
] as const;

export function ThemeToggle({ initial }: { readonly initial: Theme }) {
  const [theme, setTheme] = useState(initial);
  const choose = (next: Theme) => {
    applyTheme(next);
    setTheme(next);
  };
  return (
    <Menu
      trigger={
        <button type="button" aria-label="Theme" title="Theme" className={buttonClass("ghost", "icon")}>
          {CHOICES.find((choice) => choice.theme === theme)?.icon}
        </button>
      }
      entries={CHOICES.map((choice) => ({
        kind: "choice",
        label: choice.label,
        icon: choice.icon,
        isChosen: choice.theme === theme,
        onSelect: () => choose(choice.theme),
      }))}
    />
  );
}
