import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { type ApiError, api, asId, call } from "../api/client";
import type { VenueDocument } from "../api/types";
import { booksOf } from "../books/useBooks";
import { useAccount } from "../session/AccountContext";
import { NoAccount } from "../session/NoAccount";
import { calendarDay } from "../ui/format";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { useTitle } from "../ui/useTitle";
import "../books/books.css";

/** What stands together, in the order in which people look for it. */
const GROUPS = [
  { name: "statements", kinds: ["STATEMENT"] },
  { name: "tax", kinds: ["TAX_1099B", "TAX_1099DIV", "TAX_1042S"] },
  { name: "confirmations", kinds: ["CONFIRMATION"] },
] as const satisfies readonly { name: string; kinds: readonly VenueDocument["kind"][] }[];

export function DocumentsPage() {
  const { t } = useTranslation();
  const open = useAccount();
  useTitle(t("nav.documents"));
  return (
    <main id="main" className="page">
      <div className="page-head">
        <div>
          <h1>{t("nav.documents")}</h1>
          <p className="muted">{t("documents.explain")}</p>
        </div>
      </div>
      {open ? <Documents account={open.account.id} /> : <section className="panel"><NoAccount purpose={t("documents.sign_in")} /></section>}
    </main>
  );
}

function Documents({ account }: { account: string }) {
  const { data, error } = useQuery<VenueDocument[], ApiError>({
    queryKey: [...booksOf(account), "documents"],
    queryFn: async () => (await call(api.GET("/api/v1/documents", { params: { query: { account: asId(account) } } }))).results,
  });
  if (error && !data) return <ErrorNote error={error} />;
  if (!data) return <Loading />;
  return (
    <div className="rows">
      {GROUPS.map(({ name, kinds }) => (
        <Group key={name} name={name} account={account} rows={data.filter(({ kind }) => kinds.some((one) => one === kind))} />
      ))}
    </div>
  );
}

function Group({ name, account, rows }: { name: (typeof GROUPS)[number]["name"]; account: string; rows: VenueDocument[] }) {
  const { t } = useTranslation();
  return (
    <section className="panel" aria-labelledby={name}>
      <div className="panel-head panel-head-tall"><h2 id={name}>{t(`documents.${name}`)}</h2></div>
      {rows.length === 0 ? (
        <p className="table-note">{t(`documents.none.${name}`)}</p>
      ) : (
        <ul className="booked">
          {rows.map(({ kind, id, title, date, formats }) => (
            <li key={`${kind} ${id}`}>
              <span>{title} <span className="muted nowrap">{calendarDay(date)}</span></span>
              <span className="document-formats">
                {formats.map((format) => (
                  <a
                    key={format}
                    className="button button-quiet button-small"
                    href={`/api/v1/documents/${kind}/${encodeURIComponent(id)}.${format.toLowerCase()}?account=${account}`}
                    download
                    aria-label={t("documents.download", { title, format })}
                  >
                    {format}
                  </a>
                ))}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
