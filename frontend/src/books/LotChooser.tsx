import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button, Input, TextField } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { ApiError, api, asId, call } from "../api/client";
import type { Lot, SettlementDetail } from "../api/types";
import { compare, isZero, parseDecimal, subtract, sum } from "../ui/decimal";
import { Gain } from "../ui/Gain";
import { calendarDay, money, price, quantity } from "../ui/format";
import { MoreButton } from "../ui/MoreButton";
import { Loading } from "../ui/Placeholders";
import { TableFrame } from "../ui/TableFrame";
import { toast } from "../ui/toasts";
import { booksOf, settlementKey, useLots } from "./useBooks";

interface Props {
  account: string;
  settlement: SettlementDetail;
  tick: string;
}

/** Which lots a pending sale shall take. Left alone, it takes the oldest. */
export function LotChooser({ account, settlement, tick }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { rows: lots, onMore } = useLots(account, settlement.symbol);
  const [typed, setTyped] = useState<Record<string, string>>(() =>
    Object.fromEntries(settlement.chosen_lots.map(({ lot, qty }) => [lot, qty])),
  );
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  if (!lots) return <Loading />;
  // There is nothing to choose between.
  if (lots.length < 2 && settlement.chosen_lots.length === 0) return null;

  const chosen = Object.entries(typed)
    .map(([lot, text]) => ({ lot, qty: text.trim() === "" ? "0" : parseDecimal(text) }))
    .filter(({ qty }) => qty === null || !isZero(qty));
  const total = sum(chosen.map(({ qty }) => qty ?? "0"));
  const rest = subtract(settlement.qty, total);

  function problemOf(): string {
    if (chosen.some(({ qty }) => qty === null)) return t("problem.NOT_A_NUMBER");
    return compare(total, settlement.qty) > 0 ? t("choose_lots.too_many", { qty: quantity(settlement.qty) }) : "";
  }

  async function send(choice: { lot: number; qty: string }[]) {
    setBusy(true);
    setProblem("");
    try {
      const answer = await call(
        api.PUT("/api/v1/settlements/{settlement_id}/lots", { params: { path: { settlement_id: asId(settlement.id) }, query: { account: asId(account) } }, body: { lots: choice } }),
      );
      queries.setQueryData(settlementKey(account, settlement.id), answer);
      void queries.invalidateQueries({ queryKey: booksOf(account) });
      setTyped(Object.fromEntries(answer.chosen_lots.map(({ lot, qty }) => [lot, qty])));
      toast("good", t(choice.length > 0 ? "choose_lots.kept" : "choose_lots.fifo_kept"));
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setProblem(failure.message || t("placeholder.unreachable"));
    } finally {
      setBusy(false);
    }
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    const found = problemOf();
    setProblem(found);
    if (!found && !busy) void send(chosen.map(({ lot, qty }) => ({ lot: asId(lot), qty: qty ?? "0" })));
  }

  const field = (lot: Lot) => (
    <TextField
      className="lot-field"
      aria-label={t("choose_lots.from", { day: calendarDay(lot.acquired_on) })}
      value={typed[lot.id] ?? ""}
      onChange={(text) => setTyped({ ...typed, [lot.id]: text })}
    >
      <Input className="input" inputMode="decimal" placeholder="0" />
    </TextField>
  );

  return (
    <section className="panel" aria-labelledby="choose-lots">
      <div className="panel-head panel-head-tall"><h2 id="choose-lots">{t("choose_lots.title")}</h2></div>
      <form onSubmit={submit} noValidate>
        <p className="table-note">{t("choose_lots.explain", { qty: quantity(settlement.qty) })}</p>
        <TableFrame label={t("lots.of", { symbol: settlement.symbol })}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t("lots.acquired")}</th>
                <th scope="col" className="num">{t("choose_lots.left")}</th>
                <th scope="col" className="num medium">{t("lots.price")}</th>
                <th scope="col" className="num medium">{t("lots.cost")}</th>
                <th scope="col" className="num medium">{t("lots.unrealized")}</th>
                <th scope="col" className="num">{t("choose_lots.take")}</th>
              </tr>
            </thead>
            <tbody>
              {lots.map((lot) => (
                <tr key={lot.id}>
                  <th scope="row" className="nowrap">{calendarDay(lot.acquired_on)}</th>
                  <td className="num">{quantity(lot.qty)}</td>
                  <td className="num medium">{price(lot.px, tick)}</td>
                  <td className="num medium">{money(lot.cost)}</td>
                  <td className="num medium"><Gain value={lot.unrealized} /></td>
                  <td className="num">{field(lot)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <MoreButton onMore={onMore} />
        </TableFrame>
        <div className="panel-foot">
          <p role="status">
            {compare(rest, "0") > 0 ? t("choose_lots.rest", { total: quantity(total), rest: quantity(rest) }) : t("choose_lots.all", { total: quantity(total) })}
          </p>
          {problem && <p className="refusal" role="alert">{problem}</p>}
          <div className="dialog-actions">
            {settlement.chosen_lots.length > 0 && (
              <Button className="button button-quiet" isDisabled={busy} onPress={() => void send([])}>{t("choose_lots.fifo")}</Button>
            )}
            <Button className="button button-accent" type="submit" isDisabled={busy}>{t("choose_lots.keep")}</Button>
          </div>
        </div>
      </form>
    </section>
  );
}
