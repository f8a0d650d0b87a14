import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { Notice } from "../api/types";
import { NoAccount } from "../session/NoAccount";
import { useSession } from "../session/useSession";
import { MoreButton } from "../ui/MoreButton";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { useTitle } from "../ui/useTitle";
import { useVenueTime } from "../ui/venueClock";
import { MailSwitches } from "./MailSwitches";
import { useMarkRead, useNotices } from "./useNotices";
import "./inbox.css";

export function InboxPage() {
  const { t } = useTranslation();
  const { data: session } = useSession();
  useTitle(t("inbox.title"));
  return (
    <main id="main" className="page inbox">
      <div className="page-head"><h1>{t("inbox.title")}</h1></div>
      {session?.signed_in ? (
        <div className="inbox-parts">
          <Notices />
          <MailSwitches />
        </div>
      ) : (
        <section className="panel"><NoAccount purpose={t("inbox.sign_in")} /></section>
      )}
    </main>
  );
}

function Notices() {
  const { t } = useTranslation();
  const { rows, error, onMore } = useNotices();
  const { mutate: markRead } = useMarkRead();
  const newest = rows?.[0];
  const unseen = newest?.read_at === null ? newest.id : undefined;
  useEffect(() => {
    if (unseen !== undefined) markRead(unseen);
  }, [unseen, markRead]);
  return (
    <section className="panel" aria-label={t("inbox.list")}>
      {error && !rows ? (
        <ErrorNote error={error} />
      ) : !rows ? (
        <Loading />
      ) : rows.length === 0 ? (
        <p className="empty">{t("inbox.none")}</p>
      ) : (
        <>
          <ul className="inbox-list">
            {rows.map((notice) => <Row key={notice.id} notice={notice} />)}
          </ul>
          <MoreButton onMore={onMore} />
        </>
      )}
    </section>
  );
}

function Row({ notice: { subject, text, link, at, read_at } }: { notice: Notice }) {
  const { t } = useTranslation();
  const { time } = useVenueTime();
  return (
    <li className={read_at === null ? "inbox-notice inbox-new" : "inbox-notice"}>
      <div className="inbox-head">
        <h2>{subject}</h2>
        {read_at === null && <span className="badge badge-new">{t("inbox.new")}</span>}
        <time className="muted nowrap" dateTime={at}>{time(at)}</time>
      </div>
      <p>{text}</p>
      {link && (
        <p>
          <Link to={link}>
            {t("inbox.open")}
            <span className="visually-hidden">: {subject}</span>
          </Link>
        </p>
      )}
    </li>
  );
}
