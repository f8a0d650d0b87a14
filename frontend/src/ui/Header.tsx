import { useTranslation } from "react-i18next";
import { Link, NavLink } from "react-router";

import { Bell } from "../inbox/Bell";
import { AccountMenu } from "../session/AccountMenu";
import { useSession } from "../session/useSession";
import { ConnectionState } from "./ConnectionState";
import { ShortcutHelp } from "./ShortcutHelp";
import { SettingsMenu } from "./SettingsMenu";
import mark from "./mark.svg";
import "./header.css";

export function Header() {
  const { t } = useTranslation();
  const { data: session } = useSession();
  return (
    <header className="header">
      <a className="skip-link" href="#main">
        {t("header.skip")}
      </a>
      <Link className="brand" to="/">
        <img src={mark} alt="" width="24" height="24" />
        <span className="brand-name">{t("venue.name")}</span>
      </Link>
      {session?.demo && <span className="badge badge-demo">{t("header.demo")}</span>}
      <nav className="nav" aria-label={t("header.navigation")}>
        <NavLink to="/" end>
          {t("nav.markets")}
        </NavLink>
        {session?.signed_in && (
          <>
            <NavLink to="/orders">{t("nav.orders")}</NavLink>
            <NavLink to="/portfolio">{t("nav.portfolio")}</NavLink>
            <NavLink to="/cash">{t("nav.cash")}</NavLink>
            <NavLink to="/documents">{t("nav.documents")}</NavLink>
          </>
        )}
      </nav>
      <div className="header-end">
        <ConnectionState />
        <ShortcutHelp />
        <Bell />
        <SettingsMenu />
        <AccountMenu />
      </div>
    </header>
  );
}
