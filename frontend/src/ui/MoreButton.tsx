import { useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

export function MoreButton({ onMore }: { onMore: (() => Promise<void>) | null }) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  if (!onMore) return null;
  const load = () => {
    setBusy(true);
    void onMore().finally(() => setBusy(false));
  };
  return (
    <Button className="button button-quiet button-small more-button" onPress={load} isPending={busy}>
      {t("table.more")}
    </Button>
  );
}
