import { Button, Dialog, DialogTrigger, Popover } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { useGuardWanted, wantGuard } from "../feed/guard";
import { useAccount, useAccountFeed } from "../session/AccountContext";
import { may } from "../session/roles";
import { Choice } from "./Choice";
import { Icon } from "./Icon";
import { type Rise, type Switch, type Theme, setPreference, usePreferences } from "./preferences";

const THEMES: Theme[] = ["system", "light", "dark"];
const RISES: Rise[] = ["green", "red"];
const SWITCHES: Switch[] = ["on", "off"];

export function SettingsMenu() {
  const { t } = useTranslation();
  const { theme, rise, shortcuts } = usePreferences();
  const open = useAccount();
  return (
    <DialogTrigger>
      <Button className="icon-button" aria-label={t("settings.label")}>
        <Icon name="settings" />
      </Button>
      <Popover className="popover" placement="bottom end">
        <Dialog className="settings" aria-label={t("settings.label")}>
          <Choice
            label={t("settings.theme")}
            value={theme}
            onChange={(value) => setPreference("theme", value)}
            options={THEMES.map((value) => ({ value, text: t(`settings.themes.${value}`) }))}
          />
          <Choice
            label={t("settings.rise")}
            value={rise}
            onChange={(value) => setPreference("rise", value)}
            options={RISES.map((value) => ({ value, text: t(`settings.rises.${value}`) }))}
          />
          <Choice
            label={t("settings.shortcuts")}
            value={shortcuts}
            onChange={(value) => setPreference("shortcuts", value)}
            options={SWITCHES.map((value) => ({ value, text: t(`settings.switch.${value}`) }))}
          />
          {open && may(open.account, "TRADER") && <GuardSetting />}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function GuardSetting() {
  const { t } = useTranslation();
  const wanted = useGuardWanted();
  const { guarded } = useAccountFeed();
  const state = wanted === guarded ? (guarded ? "on" : "off") : "pending";
  return (
    <div className="setting">
      <Choice
        label={t("settings.guard")}
        value={wanted ? "on" : "off"}
        onChange={(value) => wantGuard(value === "on")}
        options={SWITCHES.map((value) => ({ value, text: t(`settings.switch.${value}`) }))}
      />
      <p className="muted">{t("settings.guard_explained")}</p>
      <p role="status">{t(`settings.guard_state.${state}`)}</p>
    </div>
  );
}
