"use client";
import { useState } from "react";
import { AuthForm } from "#components/shell/auth-form.tsx";
import { postAuth } from "#components/shell/post-auth.ts";
import { Field } from "#components/ui/field.tsx";
import { TextInput } from "#components/ui/text-input.tsx";

/** Signs in with a local account and goes on to where the person was. */
export function SignInForm({ next }: { readonly next: string }) {
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const submit = () => postAuth("/api/auth/sign-in/username", { username, password });
  return (
    <AuthForm onSubmit={submit} next={next} submitLabel="Sign in">
      <Field label="User name">
        <TextInput
          name="username"
          autoComplete="username"
          spellCheck={false}
          required
          value={username}
          onValueChange={setUsername}
        />
      </Field>
      <Field label="Password">
        <TextInput
          type="password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onValueChange={setPassword}
        />
      </Field>
    </AuthForm>
  );
}
