import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useNavigate } from "react-router";

import { ApiError, api, call } from "../api/client";
import { useSession } from "../session/useSession";
import { dateTime } from "../ui/format";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { toast } from "../ui/toasts";
import { useTitle } from "../ui/useTitle";
import type { Invited } from "./useTeam";

const KEPT = "invitation";

/** Where the mail's link leads. What stands behind its # never reaches a server by itself, and is kept by this tab
 * while its reader signs in or up. */
export function InvitationPage() {
  const { t } = useTranslation();
  const { hash } = useLocation();
  const { data: session } = useSession();
  const [token] = useState(() => hash.slice(1) || sessionStorage.getItem(KEPT) || "");
  useTitle(t("invitation.title"));
  useEffect(() => {
    if (token) sessionStorage.setItem(KEPT, token);
    window.history.replaceState(window.history.state, "", "/invitation");
  }, [token]);

  return (
    <main id="main" className="page sign-in">
      <section className="card">
        <h1>{t("invitation.title")}</h1>
        {!session ? (
          <Loading />
        ) : !token ? (
          <p>{t("invitation.none")}</p>
        ) : session.signed_in ? (
          <Found token={token} />
        ) : (
          <>
            <p>{t("invitation.sign_in")}</p>
            <Link className="button button-accent button-wide" to="/sign-in?next=/invitation">
              {t("session.sign_in")}
            </Link>
          </>
        )}
      </section>
    </main>
  );
}

function Found({ token }: { token: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [problem, setProblem] = useState<ApiError | null>(null);
  const { data: invited, error } = useQuery<Invited, ApiError>({
    queryKey: ["invitation", token],
    queryFn: () => call(api.POST("/api/v1/invitations/find", { body: { token } })),
    retry: false,
    staleTime: Infinity,
  });

  async function accept() {
    try {
      const { to } = await call(api.POST("/api/v1/invitations/accept", { body: { token } }));
      sessionStorage.removeItem(KEPT);
      toast("good", t("invitation.accepted", { to }));
      await queries.invalidateQueries({ queryKey: ["session"] });
      void navigate("/team");
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setProblem(failure);
    }
  }

  if (error) return <ErrorNote error={error} />;
  if (!invited) return <Loading />;
  return (
    <div className="stack">
      <p>
        {t("invitation.says", { by: invited.invited_by })} <strong>{invited.to}</strong>.
      </p>
      <p className="muted">
        {invited.means}. {t("invitation.until", { until: dateTime(invited.expires_at) })}
      </p>
      {problem && <ErrorNote error={problem} />}
      <Button className="button button-accent button-wide" onPress={() => void accept()}>
        {t("invitation.accept")}
      </Button>
    </div>
  );
}
