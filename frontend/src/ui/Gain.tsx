import { type Decimal, sign } from "./decimal";
import { NOTHING, signedMoney } from "./format";

/** An amount that came or went, or was won or lost: signed, so that colour is never the only signal. */
export function Gain({ value }: { value: Decimal | null }) {
  if (value === null) return <span className="muted">{NOTHING}</span>;
  const tone = { [-1]: "fall", 0: "", 1: "rise" }[sign(value)];
  return <span className={tone}>{signedMoney(value)}</span>;
}
