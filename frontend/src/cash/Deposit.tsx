import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import type { CashAccount } from "../api/types";
import { toast } from "../ui/toasts";

const LINES = ["reference", "beneficiary", "bank_name", "routing_number", "account_number"] as const;

/** Where to send cash, each line to be copied, and how it is known whose it is. */
export function Deposit({ instructions }: { instructions: CashAccount["deposit"] }) {
  const { t } = useTranslation();
  const copy = (line: (typeof LINES)[number]) => {
    void navigator.clipboard.writeText(instructions[line]).then(() => toast("good", t("deposit.copied", { what: t(`deposit.${line}`) })));
  };
  return (
    <section className="panel" aria-labelledby="deposit">
      <div className="panel-head panel-head-tall"><h2 id="deposit">{t("deposit.title")}</h2></div>
      <p className="table-note">{t("deposit.explain")}</p>
      <dl className="deposit">
        {LINES.map((line) => (
          <div key={line} className={line === "reference" ? "deposit-reference" : ""}>
            <dt>{t(`deposit.${line}`)}</dt>
            <dd>{instructions[line]}</dd>
            {"clipboard" in navigator && (
              <dd>
                <Button className="button button-quiet button-small" aria-label={t("deposit.copy_one", { what: t(`deposit.${line}`) })} onPress={() => copy(line)}>
                  {t("deposit.copy")}
                </Button>
              </dd>
            )}
          </div>
        ))}
      </dl>
      <p className="table-note">{t("deposit.when")}</p>
    </section>
  );
}
