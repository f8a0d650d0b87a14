import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { duration } from "./format";
import { toVenueTime } from "./venueClock";

const DAY_S = 86_400;

const secondsUntil = (at: string): number => Math.ceil((Date.parse(at) - toVenueTime(Date.now()).getTime()) / 1000);

/** "in 3:20", by the venue's clock. Beyond a day the date beside it says enough. */
export function Countdown({ at }: { at: string }) {
  const { t } = useTranslation();
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = window.setInterval(() => tick((count) => count + 1), 1000);
    return () => window.clearInterval(timer);
  }, []);
  const seconds = secondsUntil(at);
  if (seconds >= DAY_S) return null;
  return (
    <span className="countdown" role="timer">
      {seconds > 0 ? t("countdown.in", { time: duration(seconds) }) : t("countdown.now")}
    </span>
  );
}
