import { type Answer, type Flow, ask } from "./auth";

interface Options {
  request_options: { publicKey: PublicKeyCredentialRequestOptionsJSON };
}

interface CreationOptions {
  creation_options: { publicKey: PublicKeyCredentialCreationOptionsJSON };
}

/** Whether this browser knows passkeys, and on this address: they need https, or this very machine. */
export const hasPasskeys = (): boolean => window.isSecureContext && "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential;

/** Ask the browser for a passkey and hand it in: to sign in with, as a second step, or once more. */
export async function givePasskey(door: "login" | "authenticate" | "reauthenticate"): Promise<Answer<{ flows?: Flow[] }>> {
  const path = `auth/webauthn/${door}`;
  const { data } = await ask<Options>("GET", path);
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(data.request_options.publicKey);
  const credential = await navigator.credentials.get({ publicKey });
  return ask("POST", path, { credential: asJson(credential) });
}

export async function addPasskey(name: string): Promise<{ codesMade: boolean }> {
  const path = "account/authenticators/webauthn";
  const { data } = await ask<CreationOptions>("GET", `${path}?passwordless`);
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(data.creation_options.publicKey);
  const credential = await navigator.credentials.create({ publicKey });
  const { meta } = await ask("POST", path, { name, credential: asJson(credential) });
  return { codesMade: meta.recovery_codes_generated === true };
}

/** Closed the browser's window without choosing one: nothing went wrong. */
export const wasCalledOff = (error: unknown): boolean => error instanceof DOMException && ["NotAllowedError", "AbortError"].includes(error.name);

function asJson(credential: Credential | null): unknown {
  return (credential as PublicKeyCredential | null)?.toJSON();
}
