import { useTranslation } from "react-i18next";

import type { Account } from "../api/types";

export type Role = Account["role"];

const RANK: Record<Role, number> = { VIEWER: 0, TRADER: 1, SIGNER: 2 };

/** Whether the person may do for this account what takes such a role. The venue asks again. */
export const may = ({ role }: Account, least: Role): boolean => RANK[role] >= RANK[least];

/** Why something is missing or locked; nothing where the role suffices. */
export function RoleNote({ account, least, className = "table-note" }: { account: Account; least: "TRADER" | "SIGNER"; className?: string }) {
  const { t } = useTranslation();
  return may(account, least) ? null : <p className={className}>{t(`role.lacks.${least}`)}</p>;
}
