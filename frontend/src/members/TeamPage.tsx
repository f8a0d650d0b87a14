import { useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { ApiError } from "../api/client";
import { useAccount } from "../session/AccountContext";
import { NoAccount } from "../session/NoAccount";
import { useSession } from "../session/useSession";
import { Dialog } from "../ui/Dialog";
import { dateTime } from "../ui/format";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { SelectField } from "../ui/SelectField";
import { toast } from "../ui/toasts";
import { useTitle } from "../ui/useTitle";
import { InviteMember } from "./InviteMember";
import { type House, type Member, type Team, useIssuers, useTeam, useTeamActs } from "./useTeam";
import "../books/books.css";
import "./members.css";

/** Who acts for the account in use, and for each issuer whose staff one is of. */
export function TeamPage() {
  const { t } = useTranslation();
  const { data: session } = useSession();
  const open = useAccount();
  const { data: issuers } = useIssuers(session?.signed_in ?? false);
  useTitle(t("team.title"));
  const houses: House[] = [
    ...(open ? [{ kind: "accounts" as const, id: open.account.id, name: `${open.account.number} ${open.account.name}` }] : []),
    ...(issuers ?? []).map(({ id, name }) => ({ kind: "issuers" as const, id, name })),
  ];
  return (
    <main id="main" className="page">
      <div className="page-head">
        <div>
          <h1>{t("team.title")}</h1>
          <p className="muted">{t("team.explain")}</p>
        </div>
      </div>
      <div className="rows">
        {houses.map((house) => (
          <TeamPanel key={`${house.kind}${house.id}`} house={house} />
        ))}
        {houses.length === 0 && (
          <section className="panel">
            <NoAccount purpose={t("team.sign_in")} />
          </section>
        )}
      </div>
    </main>
  );
}

function TeamPanel({ house }: { house: House }) {
  const { t } = useTranslation();
  const { data: team, error } = useTeam(house);
  const [inviting, setInviting] = useState(false);
  const heading = `team-${house.kind}-${house.id}`;
  return (
    <section className="panel" aria-labelledby={heading}>
      <div className="panel-head panel-head-tall">
        <h2 id={heading}>{house.name}</h2>
        {team?.may_decide && (
          <Button className="button button-quiet button-small" onPress={() => setInviting(true)}>
            {t("team.invite")}
          </Button>
        )}
      </div>
      {error && !team ? <ErrorNote error={error} /> : team ? <Members house={house} team={team} /> : <Loading />}
      {inviting && team && <InviteMember house={house} roles={team.roles} onClose={() => setInviting(false)} />}
    </section>
  );
}

function Members({ house, team }: { house: House; team: Team }) {
  const { t } = useTranslation();
  const acts = useTeamActs(house);
  const [removing, setRemoving] = useState<Member | null>(null);

  async function attempt(act: Promise<unknown>, done: string) {
    try {
      await act;
      toast("neutral", done);
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      toast("bad", t("team.failed"), failure.message || t("placeholder.unreachable"));
    }
  }

  const roleName = (role: string) => t(`role.${role as "VIEWER"}`);
  const roles = Object.entries(team.roles).map(([value, means]) => ({ value, text: roleName(value), explanation: means.replace(/^.*?: /, "") }));
  return (
    <>
      <ul className="booked team">
        {team.members.map((member) => (
          <li key={member.id}>
            <div>
              <p>
                <strong>{member.name}</strong> {member.is_you && <span className="muted">{t("team.you")}</span>}
              </p>
              {member.name !== member.email && <p className="muted team-email">{member.email}</p>}
            </div>
            <div className="team-acts">
              {team.may_decide ? (
                <SelectField
                  label={t("team.role_of", { name: member.name })}
                  hideLabel
                  value={member.role}
                  options={roles}
                  onChange={(role) => role !== member.role && void attempt(acts.changeRole(member, role), t("team.changed", { name: member.name, role: roleName(role) }))}
                />
              ) : (
                <span>{roleName(member.role)}</span>
              )}
              {(team.may_decide || member.is_you) && (
                <Button
                  className="button button-quiet button-small"
                  aria-label={member.is_you ? t("team.leave_one", { house: house.name }) : t("team.remove_one", { name: member.name })}
                  onPress={() => setRemoving(member)}
                >
                  {t(member.is_you ? "team.leave" : "team.remove")}
                </Button>
              )}
            </div>
          </li>
        ))}
        {team.invitations.map((invitation) => (
          <li key={invitation.id}>
            <div>
              <p className="team-email">{invitation.email}</p>
              <p className="muted">{t("team.invited", { by: invitation.invited_by, until: dateTime(invitation.expires_at) })}</p>
            </div>
            <div className="team-acts">
              <span className="muted">{roleName(invitation.role)}</span>
              {team.may_decide && (
                <Button
                  className="button button-quiet button-small"
                  aria-label={t("team.take_back_one", { email: invitation.email })}
                  onPress={() => void attempt(acts.takeBack(invitation), t("team.taken_back", { email: invitation.email }))}
                >
                  {t("team.take_back")}
                </Button>
              )}
            </div>
          </li>
        ))}
      </ul>
      {!team.may_decide && <p className="table-note">{t(house.kind === "accounts" ? "team.signers_decide" : "team.admins_decide")}</p>}
      {removing && (
        <Dialog
          title={removing.is_you ? t("team.leave_title", { house: house.name }) : t("team.remove_title", { name: removing.name })}
          isOpen
          onClose={() => setRemoving(null)}
          role="alertdialog"
        >
          <p>{t(removing.is_you ? "team.leave_explain" : "team.remove_explain")}</p>
          <div className="dialog-actions">
            <Button className="button button-quiet" autoFocus onPress={() => setRemoving(null)}>
              {t("dialog.cancel")}
            </Button>
            <Button
              className="button button-accent"
              onPress={() => {
                setRemoving(null);
                void attempt(acts.remove(removing), t("team.gone", { name: removing.name }));
              }}
            >
              {t(removing.is_you ? "team.leave" : "team.remove")}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}
