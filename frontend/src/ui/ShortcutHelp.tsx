import { useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { Dialog } from "./Dialog";
import { Icon } from "./Icon";
import { SHORTCUTS, useShortcut } from "./shortcuts";

export function ShortcutHelp() {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  useShortcut(SHORTCUTS.help, () => setOpen(true));
  const rows: [keys: string[], text: string][] = [
    [[SHORTCUTS.help], t("help.help")],
    [[SHORTCUTS.search], t("help.search")],
    [[SHORTCUTS.buy], t("help.buy")],
    [[SHORTCUTS.sell], t("help.sell")],
    [[SHORTCUTS.type], t("help.type")],
    [[SHORTCUTS.price], t("help.price")],
    [[SHORTCUTS.quantity], t("help.quantity")],
    [[SHORTCUTS.cancel], t("help.cancel")],
    [["↑", "↓"], t("help.step")],
    [["⇧ ↑", "⇧ ↓"], t("help.step_ten")],
    [["Enter"], t("help.enter")],
    [["Esc"], t("help.escape")],
  ];
  return (
    <>
      <Button className="icon-button header-help" aria-label={t("help.title")} onPress={() => setOpen(true)}>
        <Icon name="help" />
      </Button>
      <Dialog title={t("help.title")} isOpen={isOpen} onClose={() => setOpen(false)}>
        <table className="keys">
          <thead className="visually-hidden">
            <tr>
              <th scope="col">{t("help.key")}</th>
              <th scope="col">{t("help.action")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([keys, text]) => (
              <tr key={text}>
                <th scope="row">
                  {keys.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </th>
                <td>{text}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <p className="muted">{t("help.off")}</p>
      </Dialog>
    </>
  );
}
