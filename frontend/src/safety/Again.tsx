import { type FormEvent, type ReactNode, createContext, use, useCallback, useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { ApiError } from "../api/client";
import { AskAgain, ask } from "../session/auth";
import { givePasskey, hasPasskeys } from "../session/passkeys";
import { useAct } from "../session/useAct";
import { useSession } from "../session/useSession";
import { Dialog } from "../ui/Dialog";
import { FormField } from "../ui/FormField";

type Act = () => Promise<void>;

const AgainContext = createContext<(act: Act) => Promise<void>>((act) => act());

/** Does something that may first ask who is there; then it is done after all. */
export const useAgain = () => use(AgainContext);

const asksAgain = (error: unknown): boolean => error instanceof AskAgain || (error instanceof ApiError && error.code === "REAUTHENTICATION_REQUIRED");

interface Held {
  act: Act;
  done: () => void;
  failed: (error: unknown) => void;
}

export function AgainProvider({ children }: { children: ReactNode }) {
  const [held, setHeld] = useState<Held | null>(null);

  const again = useCallback(async (act: Act) => {
    try {
      await act();
    } catch (error) {
      if (!asksAgain(error)) throw error;
      await new Promise<void>((done, failed) => setHeld({ act, done, failed }));
    }
  }, []);

  function shown() {
    if (!held) return;
    setHeld(null);
    held.act().then(held.done, held.failed);
  }

  return (
    <AgainContext value={again}>
      {children}
      {held && (
        <AgainDialog
          onShown={shown}
          onClose={() => {
            setHeld(null);
            held.done();
          }}
        />
      )}
    </AgainContext>
  );
}

function AgainDialog({ onShown, onClose }: { onShown: () => void; onClose: () => void }) {
  const { t } = useTranslation();
  const { data: session } = useSession();
  const [password, setPassword] = useState("");
  const { busy, problem, of, run } = useAct("password");

  function submit(event: FormEvent) {
    event.preventDefault();
    void run(async () => {
      await ask("POST", "auth/reauthenticate", { password });
      onShown();
    });
  }

  return (
    <Dialog title={t("again.title")} isOpen onClose={onClose}>
      <form className="stack" onSubmit={submit} noValidate>
        <p className="muted">{t("again.explain")}</p>
        {/* So that a password manager knows whose it is. */}
        <input className="visually-hidden" type="email" autoComplete="username" value={session?.user?.email ?? ""} readOnly tabIndex={-1} aria-hidden="true" />
        <FormField type="password" name="password" label={t("session.password")} value={password} onChange={setPassword} problem={of("password")} autoComplete="current-password" />
        {problem && <p className="refusal" role="alert">{problem}</p>}
        <div className="dialog-actions">
          {hasPasskeys() && session?.second_factor && (
            <Button
              className="button button-quiet"
              isDisabled={busy}
              onPress={() => void run(async () => {
                await givePasskey("reauthenticate");
                onShown();
              })}
            >
              {t("session.with_passkey")}
            </Button>
          )}
          <Button className="button button-accent" type="submit" isDisabled={busy || !password}>{t("session.continue")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
