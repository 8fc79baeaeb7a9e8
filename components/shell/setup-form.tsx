"use client";
import { type FormEvent, useState } from "react";
import { postAuth } from "#components/shell/post-auth.ts";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { TextInput } from "#components/ui/text-input.tsx";

const PASSWORD_LENGTH_MIN = 12;

/** Makes the first account with a one-time link, and signs in with it. */
export function SetupForm({ token }: { readonly token: string }) {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [repeated, setRepeated] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const differs = repeated !== "" && repeated !== password;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (repeated !== password) return setError("The two passwords differ.");
    setIsBusy(true);
    const problem =
      (await postAuth("/api/auth/setup", { token, username, password })) ??
      (await postAuth("/api/auth/sign-in/username", { username, password }));
    if (problem === null) return window.location.assign("/overview");
    setError(problem);
    setIsBusy(false);
  };
  return (
    <form method="post" onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      {error === null ? null : (
        <Notice tone="bad" role="alert">
          {error}
        </Notice>
      )}
      <Field label="User name" hint="Letters, digits, dots and underscores">
        <TextInput
          name="username"
          autoComplete="username"
          spellCheck={false}
          required
          minLength={3}
          maxLength={30}
          value={username}
          onValueChange={setUsername}
        />
      </Field>
      <Field label="Password" hint={`At least ${PASSWORD_LENGTH_MIN} characters`}>
        <TextInput
          type="password"
          name="password"
          autoComplete="new-password"
          required
          minLength={PASSWORD_LENGTH_MIN}
          value={password}
          onValueChange={setPassword}
        />
      </Field>
      <Field label="Password, again" error={differs ? "This is not the same password." : undefined}>
        <TextInput
          type="password"
          name="repeated"
          autoComplete="new-password"
          required
          value={repeated}
          onValueChange={setRepeated}
        />
      </Field>
      <Button type="submit" variant="primary" isBusy={isBusy}>
        Create the account
      </Button>
    </form>
  );
}
