import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import type { Connection } from "../feed/status";
import { Dialog } from "../ui/Dialog";
import { useVenueTime } from "../ui/venueClock";

interface Props {
  isOpen: boolean;
  connection: Connection;
  sentence: string;
  onCancel: () => void;
  onConfirm: () => void;
}

/** Nobody should trade on frozen prices without knowing it. */
export function StaleConfirm({ isOpen, connection, sentence, onCancel, onConfirm }: Props) {
  const { t } = useTranslation();
  const { time } = useVenueTime();
  const explanation =
    connection.state === "stale" ? t("stale.since", { since: time(connection.since) }) : t("stale.not_live");
  return (
    <Dialog title={t("stale.title")} isOpen={isOpen} onClose={onCancel} role="alertdialog">
      <p>{explanation}</p>
      <p className="strong">{sentence}</p>
      <div className="dialog-actions">
        <Button className="button button-quiet" onPress={onCancel} autoFocus>
          {t("stale.wait")}
        </Button>
        <Button className="button button-accent" onPress={onConfirm}>
          {t("stale.send")}
        </Button>
      </div>
    </Dialog>
  );
}
