import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import type { Session } from "../api/types";
import { useSession } from "./useSession";

/** The people a visitor of a demo may sign in as. */
export function DemoSignIns({ onPick }: { onPick: (person: Session["demo_sign_ins"][number]) => void }) {
  const { t } = useTranslation();
  const { data: session } = useSession();
  if (!session?.demo || session.demo_sign_ins.length === 0) return null;
  return (
    <section className="card card-quiet" aria-labelledby="demo-sign-ins">
      <h2 id="demo-sign-ins">{t("session.demo_title")}</h2>
      <p className="muted">{t("session.demo_intro")}</p>
      <ul className="demo-list">
        {session.demo_sign_ins.map((person) => (
          <li key={person.email}>
            <Button className="demo-person" onPress={() => onPick(person)}>
              <span>{person.role}</span>
              <span className="muted">{person.email}</span>
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
