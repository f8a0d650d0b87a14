import { Button, Dialog, DialogTrigger, Popover } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { useConnection } from "../feed/status";
import { useVenueTime } from "./venueClock";

export function ConnectionState() {
  const { t } = useTranslation();
  const connection = useConnection();
  const { time } = useVenueTime();
  if (connection === null) return null;
  const since = connection.state === "stale" ? time(connection.since) : "";
  return (
    <DialogTrigger>
      <Button className={`connection connection-${connection.state}`}>
        <span className="connection-dot" aria-hidden="true" />
        <span className="visually-hidden">{t("connection.label")} </span>
        {/* The state itself is announced when it changes, without moving the focus. */}
        <span role="status">{t(`connection.${connection.state}`, { since })}</span>
      </Button>
      <Popover className="popover popover-note" placement="bottom end">
        <Dialog aria-label={t("connection.label")}>
          <p>{t(`connection.explain.${connection.state}`, { since })}</p>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
