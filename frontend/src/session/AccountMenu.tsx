import { Button, Menu, MenuItem, MenuSection, MenuTrigger, Header as MenuHeader, Popover, Separator } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useNavigate } from "react-router";

import { Icon } from "../ui/Icon";
import { setPreference } from "../ui/preferences";
import { useAccount } from "./AccountContext";
import { useSession, useSignOut } from "./useSession";

/** Where to come back to after signing in. */
export function useSignInPath(): string {
  const { pathname } = useLocation();
  return pathname === "/sign-in" ? pathname : `/sign-in?next=${encodeURIComponent(pathname)}`;
}

export function AccountMenu() {
  const { t } = useTranslation();
  const { data: session } = useSession();
  const open = useAccount();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const signInPath = useSignInPath();

  if (!session) return null;
  if (!session.user) {
    return (
      <Link className="button button-accent button-small" to={signInPath}>
        {t("session.sign_in")}
      </Link>
    );
  }
  const name = session.user.name || session.user.email;
  return (
    <MenuTrigger>
      <Button className="button button-quiet account-button">
        <Icon name="person" />
        <span className="visually-hidden">{t("session.account_of", { name })} </span>
        <span className="account-name">{open?.account.number ?? name}</span>
        <Icon name="chevron" />
      </Button>
      <Popover className="popover" placement="bottom end">
        <Menu className="menu">
          <MenuSection>
            <MenuHeader className="menu-head">
              <strong>{name}</strong>
              <span className="muted">{session.user.email}</span>
            </MenuHeader>
            {session.accounts.map((account) => (
              <MenuItem
                key={account.id}
                className="menu-item"
                textValue={account.name}
                onAction={() => setPreference("account", account.id)}
              >
                <span>{account.name}</span>
                <span className="muted">
                  {account.number}
                  {account.id === open?.account.id && ` · ${t("session.in_use")}`}
                </span>
              </MenuItem>
            ))}
          </MenuSection>
          <Separator className="menu-rule" />
          {session.is_operator ? (
            <MenuItem className="menu-item" onAction={() => window.location.assign("/admin/")}>
              {t("session.operations")}
            </MenuItem>
          ) : (
            <MenuItem className="menu-item" onAction={() => void navigate("/apply")}>
              {t(session.accounts.length > 0 ? "onboarding.accounts" : "onboarding.title")}
            </MenuItem>
          )}
          <MenuItem className="menu-item" onAction={() => void navigate("/security")}>
            {t("safety.title")}
          </MenuItem>
          <MenuItem className="menu-item" onAction={() => void navigate("/team")}>
            {t("team.title")}
          </MenuItem>
          {open && (
            <MenuItem className="menu-item" onAction={() => void navigate("/keys")}>
              {t("keys.title")}
            </MenuItem>
          )}
          {session.accounts.length > 0 && (
            <MenuItem className="menu-item" onAction={() => void navigate("/standing")}>
              {t("standing.title")}
            </MenuItem>
          )}
          <MenuItem className="menu-item" onAction={() => void signOut().then(() => navigate("/"))}>
            {t("session.sign_out")}
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}
