import { useTranslation } from "react-i18next";

import { useTitle } from "../ui/useTitle";
import { Blotter } from "./Blotter";

export function OrdersPage() {
  const { t } = useTranslation();
  useTitle(t("nav.orders"));
  return (
    <main id="main" className="page">
      <div className="page-head">
        <h1>{t("nav.orders")}</h1>
      </div>
      <Blotter withRefusals />
    </main>
  );
}
