import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useSession } from "../session/useSession";
import { Icon } from "../ui/Icon";
import { useUnread } from "./useNotices";
import "./inbox.css";

const MOST_SHOWN = 99;

/** The way to the inbox, with how much in it is unread. */
export function Bell() {
  const { t } = useTranslation();
  const { data: session } = useSession();
  const { data: unread = 0 } = useUnread(session?.signed_in === true);
  if (!session?.signed_in) return null;
  return (
    <Link className="icon-button bell" to="/inbox" aria-label={t("inbox.bell", { count: unread })}>
      <Icon name="bell" />
      {unread > 0 && <span className="bell-count" aria-hidden="true">{unread > MOST_SHOWN ? `${MOST_SHOWN}+` : unread}</span>}
    </Link>
  );
}
