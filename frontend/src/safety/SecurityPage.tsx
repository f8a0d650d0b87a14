import { useTranslation } from "react-i18next";

import { NoAccount } from "../session/NoAccount";
import { useSession } from "../session/useSession";
import { useTitle } from "../ui/useTitle";
import { AgainProvider } from "./Again";
import { Contacts } from "./Contacts";
import { Factors } from "./Factors";
import { History } from "./History";
import { Password } from "./Password";
import { Sessions } from "./Sessions";
import "./safety.css";

/** All about how one signs in, and who else might. */
export function SecurityPage() {
  const { t } = useTranslation();
  const { data: session } = useSession();
  useTitle(t("safety.title"));
  return (
    <main id="main" className="page">
      <div className="page-head">
        <div>
          <h1>{t("safety.title")}</h1>
          <p className="muted">{t("safety.explain")}</p>
        </div>
      </div>
      {session?.signed_in === false ? (
        <section className="panel"><NoAccount purpose={t("safety.sign_in")} /></section>
      ) : (
        <AgainProvider>
          <div className="safety">
            <Factors />
            <Contacts />
            <Password />
            <Sessions />
            <History />
          </div>
        </AgainProvider>
      )}
    </main>
  );
}
