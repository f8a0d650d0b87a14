import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, createContext, use, useEffect, useMemo, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";

import type { Account } from "../api/types";
import { booksOf } from "../books/useBooks";
import { AccountFeed, type AccountFeedState, NOTHING_YET } from "../feed/accountFeed";
import { useAnnounceChanges } from "../orders/announce";
import { useReason } from "../orders/reason";
import { usePreferences } from "../ui/preferences";
import { toast } from "../ui/toasts";
import { useSession } from "./useSession";

export interface OpenAccount {
  account: Account;
  feed: AccountFeed;
}

const AccountContext = createContext<OpenAccount | null>(null);

const BALANCES_PAUSE_MS = 150;

/** The account being traded from and its live stream; null when nobody is signed in. */
export function AccountProvider({ children }: { children: ReactNode }) {
  const { data: session } = useSession();
  const { account: preferred } = usePreferences();
  const queries = useQueryClient();
  const { t } = useTranslation();
  const announce = useAnnounceChanges();
  const reason = useReason();

  const accounts = session?.accounts ?? [];
  const account = accounts.find(({ id }) => id === preferred) ?? accounts[0];
  const open = useMemo(
    () => (account ? { account, feed: new AccountFeed(account.id) } : null),
    [account],
  );

  useEffect(() => {
    if (!open) return undefined;
    const { account, feed } = open;
    let pause: number | undefined;
    const close = feed.open({
      onChanges: announce,
      onNotices: (notices) => {
        // A rejected new order is told by the order itself.
        for (const { code, message } of notices) {
          if (code !== "OrderRejected") toast("bad", t("toasts.notice"), reason(message));
        }
      },
      onDenied: () => void queries.invalidateQueries({ queryKey: ["session"] }),
      onBalances: () => {
        // The first word starts the pause and later ones do not prolong it: a busy account is told too.
        pause ??= window.setTimeout(() => {
          pause = undefined;
          void queries.invalidateQueries({ queryKey: ["balances", account.id] });
          void queries.invalidateQueries({ queryKey: ["preview", account.id] });
          void queries.invalidateQueries({ queryKey: booksOf(account.id) });
        }, BALANCES_PAUSE_MS);
      },
    });
    return () => {
      window.clearTimeout(pause);
      close();
    };
  }, [open, announce, queries, reason, t]);

  return <AccountContext value={open}>{children}</AccountContext>;
}

export const useAccount = (): OpenAccount | null => use(AccountContext);

const never = () => () => undefined;
const nothing = () => NOTHING_YET;

export function useAccountFeed(): AccountFeedState {
  const feed = use(AccountContext)?.feed;
  return useSyncExternalStore(feed?.store.subscribe ?? never, feed?.store.get ?? nothing);
}
