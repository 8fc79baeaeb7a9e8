"use client";
import { useState } from "react";
import { AuthForm } from "#components/shell/auth-form.tsx";
import { postAuth } from "#components/shell/post-auth.ts";
import { Field } from "#components/ui/field.tsx";
import { TextInput } from "#components/ui/text-input.tsx";

const PASSWORD_LENGTH_MIN = 12;

/** Makes the first account with a one-time link, and signs in with it. */
export function SetupForm({ token }: { readonly token: string }) {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [repeated, setRepeated] = useState("");
  const differs = repeated !== "" && repeated !== password;
  const submit = async () => {
    if (repeated !== password) return "The two passwords differ.";
    return (
      (await postAuth("/api/auth/setup", { token, username, password })) ??
      (await postAuth("/api/auth/sign-in/username", { username, password }))
    );
  };
  return (
    <AuthForm onSubmit={submit} next="/overview" submitLabel="Create the account">
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
    </AuthForm>
  );
}
