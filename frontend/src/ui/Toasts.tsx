import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { Icon, type IconName } from "./Icon";
import { type Tone, dismiss, useToasts } from "./toasts";
import "./toasts.css";

const ICONS: Record<Tone, IconName> = { neutral: "info", good: "check", warn: "warning", bad: "warning" };

export function Toasts() {
  const { t } = useTranslation();
  const toasts = useToasts();
  return (
    <section className="toasts" aria-label={t("toasts.label")}>
      <ul aria-live="polite" aria-relevant="additions">
        {toasts.map(({ id, tone, title, detail }) => (
          <li key={id} className={`toast toast-${tone}`}>
            <Icon name={ICONS[tone]} />
            <div>
              <p className="toast-title">{title}</p>
              {detail && <p className="toast-detail">{detail}</p>}
            </div>
            <Button className="icon-button" aria-label={t("toasts.dismiss")} onPress={() => dismiss(id)}>
              <Icon name="close" />
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
