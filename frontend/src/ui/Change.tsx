import { useTranslation } from "react-i18next";

import { type Decimal, sign } from "./decimal";
import { signed } from "./format";

const DIRECTIONS = { "-1": "fall", "0": "level", "1": "rise" } as const;
const MARKS = { fall: "▾", level: "", rise: "▴" } as const;

/** A price change with sign, arrow and words; the colour only repeats them. */
export function Change({ px, pct, decimals }: { px: Decimal | null; pct: Decimal | null; decimals: number }) {
  const { t } = useTranslation();
  if (px === null) return <span className="muted">{t("change.none")}</span>;
  const direction = DIRECTIONS[sign(px)];
  return (
    <span className={`change ${direction}`}>
      <span aria-hidden="true" className="change-mark">
        {MARKS[direction]}
      </span>
      {signed(px, decimals)}
      {pct !== null && <span className="change-pct">{signed(pct, 2, "%")}</span>}
    </span>
  );
}
