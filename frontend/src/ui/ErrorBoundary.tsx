import { Component, type ReactNode } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

/** A fault in one room of the page, or a part of it that a newer build replaced, leaves the rest standing. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? <Failed /> : this.props.children;
  }
}

function Failed() {
  const { t } = useTranslation();
  return (
    <div className="empty" role="alert">
      <p>{t("placeholder.broken")}</p>
      <Button className="button button-quiet" onPress={() => window.location.reload()}>
        {t("placeholder.reload")}
      </Button>
    </div>
  );
}
