import { Button, Dialog, DialogTrigger, Popover } from "react-aria-components";
import { useTranslation } from "react-i18next";

import type { Listing, Schedule } from "../api/types";
import { Countdown } from "../ui/Countdown";
import { Icon } from "../ui/Icon";
import { dayOf, moment, momentIn } from "../ui/format";
import { useVenueTime } from "../ui/venueClock";
import { StateBadge } from "./StateBadge";
import { aheadOf, isCall } from "./phases";
import { useSchedule } from "./useSchedule";

/** "Closing auction · ends from 16:05 · then Closed": where the market's day stands, and what comes. */
export function PhaseLine({ listing }: { listing: Listing }) {
  const { t } = useTranslation();
  const { today } = useVenueTime();
  const schedule = useSchedule(listing);
  const { until, then } = aheadOf(listing, schedule);
  const { state } = listing;
  return (
    <span className="phase-line">
      <StateBadge state={state} />
      {until !== null && (
        <>
          <span>{t(isCall(state) ? "phase.ends_from" : "phase.until", { at: moment(until, today) })}</span>
          <Countdown at={until} />
        </>
      )}
      {then !== null && <span>{t("phase.then", { phase: t(`state.${then}`) })}</span>}
      {schedule && schedule.phases.length > 0 && <ScheduleButton schedule={schedule} />}
    </span>
  );
}

function ScheduleButton({ schedule: { phases, time_zone } }: { schedule: Schedule }) {
  const { t } = useTranslation();
  const { today, zone } = useVenueTime();
  return (
    <DialogTrigger>
      <Button className="link-button phase-schedule">
        <Icon name="calendar" />
        {t("phase.schedule")}
      </Button>
      <Popover className="popover schedule" placement="bottom start">
        <Dialog aria-label={t("phase.schedule")}>
          <table className="table table-tight">
            <thead>
              <tr>
                <th scope="col">{t("column.phase")}</th>
                <th scope="col" className="num">{t("column.begins", { zone })}</th>
                <th scope="col" className="num">{t("column.at_exchange", { zone: time_zone })}</th>
              </tr>
            </thead>
            <tbody>
              {phases.map(({ phase, at }, index) => (
                <tr key={at} className={index > 0 && dayOf(at) !== dayOf(phases[index - 1]?.at ?? at) ? "schedule-day" : undefined}>
                  <th scope="row">{t(`state.${phase}`)}</th>
                  <td className="num">{moment(at, today)}</td>
                  <td className="num muted">{momentIn(at, time_zone)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <p className="muted">{t("phase.random_end")}</p>
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
