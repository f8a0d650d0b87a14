import { useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { ApiError } from "../api/client";
import type { Account } from "../api/types";
import { useAccount } from "../session/AccountContext";
import { NoAccount } from "../session/NoAccount";
import { Dialog } from "../ui/Dialog";
import { dateTime } from "../ui/format";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { toast } from "../ui/toasts";
import { useTitle } from "../ui/useTitle";
import { toVenueTime } from "../ui/venueClock";
import { MakeKey } from "./MakeKey";
import { NewSecret } from "./NewSecret";
import { type ApiKey, type NewKey, useKeyActs, useKeys } from "./useKeys";
import "../books/books.css";
import "../members/members.css";
import "./keys.css";

export function KeysPage() {
  const { t } = useTranslation();
  const open = useAccount();
  useTitle(t("keys.title"));
  return (
    <main id="main" className="page">
      <div className="page-head">
        <div>
          <h1>{t("keys.title")}</h1>
          <p className="muted">
            {t("keys.explain")} <a href="/api/docs/">{t("venue.api")}</a>
          </p>
        </div>
      </div>
      {open ? <Keys account={open.account} /> : <section className="panel"><NoAccount purpose={t("keys.sign_in")} /></section>}
    </main>
  );
}

function Keys({ account }: { account: Account }) {
  const { t } = useTranslation();
  const { data: keys, error } = useKeys(account.id);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<NewKey | null>(null);
  return (
    <section className="panel" aria-labelledby="keys">
      <div className="panel-head panel-head-tall">
        <h2 id="keys">{t("portfolio.account", { name: account.name, number: account.number })}</h2>
        <Button className="button button-quiet button-small" onPress={() => setMaking(true)}>
          {t("keys.make")}
        </Button>
      </div>
      {error && !keys ? <ErrorNote error={error} /> : !keys ? <Loading /> : keys.length === 0 ? <p className="table-note">{t("keys.none")}</p> : (
        <ul className="booked team">
          {keys.map((row) => (
            <KeyRow key={row.id} row={row} account={account.id} />
          ))}
        </ul>
      )}
      {making && (
        <MakeKey
          account={account}
          onClose={() => setMaking(false)}
          onMade={(key) => {
            setMaking(false);
            setMade(key);
          }}
        />
      )}
      {made && <NewSecret made={made} onClose={() => setMade(null)} />}
    </section>
  );
}

const isOver = ({ revoked_at, expires_at }: ApiKey): boolean =>
  revoked_at !== null || (expires_at !== null && new Date(expires_at) <= toVenueTime(Date.now()));

function KeyRow({ row, account }: { row: ApiKey; account: string }) {
  const { t } = useTranslation();
  const { revoke } = useKeyActs(account);
  const [asking, setAsking] = useState(false);
  const over = isOver(row);

  async function end() {
    setAsking(false);
    try {
      await revoke(row);
      toast("neutral", t("keys.revoked", { name: row.name }));
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      toast("bad", t("keys.failed"), failure.message || t("placeholder.unreachable"));
    }
  }

  return (
    <li>
      <div>
        <p>
          <strong>{row.name}</strong> <span className="muted">{row.scopes.map((scope) => t(`keys.scope.${scope}`)).join(" · ")}</span>{" "}
          {!row.is_yours && <span className="muted">{t("keys.of", { person: row.person })}</span>}
        </p>
        <p className="muted key-facts">
          <code>{row.public_id}</code> <span>{t(`keys.scheme.${row.scheme}`)}</span>{" "}
          <span>{row.networks.length > 0 ? t("keys.from", { networks: row.networks.join(", ") }) : t("keys.from_anywhere")}</span>{" "}
          <span>{row.last_used_at ? t("keys.used", { at: dateTime(row.last_used_at) }) : t("keys.never_used")}</span>{" "}
          <span>
            {row.revoked_at
              ? t("keys.ended", { at: dateTime(row.revoked_at) })
              : row.expires_at
                ? t(over ? "keys.expired" : "keys.until", { at: dateTime(row.expires_at) })
                : t("keys.no_end")}
          </span>
        </p>
      </div>
      <div className="team-acts">
        {over ? (
          <span className="muted">{t("keys.over")}</span>
        ) : (
          <Button className="button button-quiet button-small" aria-label={t("keys.revoke_one", { name: row.name })} onPress={() => setAsking(true)}>
            {t("keys.revoke")}
          </Button>
        )}
      </div>
      {asking && (
        <Dialog title={t("keys.revoke_title", { name: row.name })} isOpen onClose={() => setAsking(false)} role="alertdialog">
          <p>{t("keys.revoke_explain")}</p>
          <div className="dialog-actions">
            <Button className="button button-quiet" autoFocus onPress={() => setAsking(false)}>
              {t("dialog.cancel")}
            </Button>
            <Button className="button button-accent" onPress={() => void end()}>
              {t("keys.revoke")}
            </Button>
          </div>
        </Dialog>
      )}
    </li>
  );
}
