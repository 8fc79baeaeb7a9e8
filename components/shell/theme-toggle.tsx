"use client";
import { Monitor, Moon, Sun } from "lucide-react";
import { useEffect, useState } from "react";
import { applyTheme, THEME_EVENT, type Theme } from "#components/shell/theme.ts";
import { buttonClass } from "#components/ui/button.tsx";
import { Menu } from "#components/ui/menu.tsx";

const CHOICES = [
  { theme: "light", label: "Light", icon: <Sun aria-hidden /> },
  { theme: "dark", label: "Dark", icon: <Moon aria-hidden /> },
  { theme: "system", label: "As the system", icon: <Monitor aria-hidden /> },
] as const;

export function ThemeToggle({ initial }: { readonly initial: Theme }) {
  const [theme, setTheme] = useState(initial);
  // Chosen here or by the command menu.
  useEffect(() => {
    const follow = (event: Event) => setTheme((event as CustomEvent<Theme>).detail);
    window.addEventListener(THEME_EVENT, follow);
    return () => window.removeEventListener(THEME_EVENT, follow);
  }, []);
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
        onSelect: () => applyTheme(choice.theme),
      }))}
    />
  );
}
