import { useTranslation } from "react-i18next";

import type { SettlementDetail, SettlementState } from "../api/types";
import { Countdown } from "../ui/Countdown";
import { dateTime, moment } from "../ui/format";
import { Icon } from "../ui/Icon";
import { useVenueTime } from "../ui/venueClock";

/** The way of a trade whose settlement meets no trouble. */
const WAY: SettlementState[] = ["MATCHED", "INSTRUCTED", "AFFIRMED", "EXECUTING", "SETTLED"];

/** Each state it passed with its time; then those still to come, with what is waited for. */
export function Timeline({ settlement }: { settlement: SettlementDetail }) {
  const { t } = useTranslation();
  const { today } = useVenueTime();
  const { state, steps, next, side, due_at } = settlement;
  const ahead = next && WAY.includes(state) ? WAY.slice(WAY.indexOf(state) + 1) : [];
  const expected = next?.code === "DUE" || next?.code === "NOW" ? due_at : null;
  return (
    <ol className="timeline" aria-label={t("settlement.timeline")}>
      {steps.map((step, n) => (
        <li key={n} className={`step step-done step-${step.state.toLowerCase()}`} aria-current={n === steps.length - 1 ? "step" : undefined}>
          <span className="step-mark"><Icon name={step.state === "FAILED" || step.state === "CANCELED" ? "close" : "check"} /></span>
          <div>
            <p className="step-head">
              <strong>{t(`settlement.state.${step.state}`)}</strong> <span className="muted">{dateTime(step.at)}</span>
            </p>
            {/* What a state means is said once: of the last time it was reached. */}
            {steps.findLastIndex((other) => other.state === step.state) === n && (
              <p className="muted">{t(`settlement.means.${step.state}`, { context: step.state === "SETTLED" ? side : undefined })}</p>
            )}
            {step.reason && <p>{step.reason.message}</p>}
          </div>
        </li>
      ))}
      {next && ahead.length === 0 && (
        <li className="step step-ahead step-next">
          <span className="step-mark" />
          <div>
            <p className="step-head"><strong>{t("settlement.decision")}</strong></p>
            <p className="muted">{next.message}</p>
          </div>
        </li>
      )}
      {ahead.map((coming, n) => (
        <li key={coming} className={`step step-ahead ${n === 0 ? "step-next" : ""}`}>
          <span className="step-mark" />
          <div>
            <p className="step-head">
              <strong>{t(`settlement.state.${coming}`)}</strong>{" "}
              <span className="muted">
                {expected ? t("settlement.expected", { at: moment(expected, today) }) : t("settlement.to_come")}{" "}
                {expected && n === 0 && <Countdown at={expected} />}
              </span>
            </p>
            {n === 0 && <p className="muted">{next?.message}</p>}
          </div>
        </li>
      ))}
    </ol>
  );
}
