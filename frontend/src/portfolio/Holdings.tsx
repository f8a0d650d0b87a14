import { useTranslation } from "react-i18next";

import type { Balances } from "../api/types";
import { SymbolCell, useTicks } from "../orders/cells";
import { add, isZero, subtract, sum } from "../ui/decimal";
import { NOTHING, money, price, quantity } from "../ui/format";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { TableFrame } from "../ui/TableFrame";
import { useBalances } from "./useBalances";
import "./portfolio.css";

export function Holdings({ account }: { account: string }) {
  const { data: balances, error } = useBalances(account);
  if (error && !balances) return <ErrorNote error={error} />;
  if (!balances) return <Loading />;
  return (
    <>
      <Cash balances={balances} />
      <HoldingsTable balances={balances} />
    </>
  );
}

function Cash({ balances: { cash, holdings } }: { balances: Balances }) {
  const { t } = useTranslation();
  const value = sum(holdings.map(({ market_value }) => market_value ?? "0"));
  const figures: [label: string, amount: string, main: boolean][] = [
    // Holdings are valued as owned, settled or not; cash is counted the same way.
    [t("portfolio.total"), add(subtract(add(cash.settled, cash.pending_in), cash.pending_out), value), true],
    [t("portfolio.available"), cash.available, true],
    [t("portfolio.cash"), cash.settled, false],
    [t("portfolio.held"), cash.held, false],
    [t("portfolio.pending_in"), cash.pending_in, false],
    [t("portfolio.pending_out"), cash.pending_out, false],
  ];
  return (
    <dl className="cash">
      {figures.map(([label, amount, main]) => (
        <div key={label} className={main ? "cash-main" : ""}>
          <dt>{label}</dt>
          <dd>{money(amount)}</dd>
        </div>
      ))}
    </dl>
  );
}

function HoldingsTable({ balances: { holdings } }: { balances: Balances }) {
  const { t } = useTranslation();
  const tickOf = useTicks();
  if (holdings.length === 0) return <p className="empty">{t("portfolio.no_holdings")}</p>;
  return (
    <TableFrame label={t("blotter.holdings")}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t("column.listing")}</th>
            <th scope="col" className="num">{t("column.available")}</th>
            <th scope="col" className="num medium">{t("column.held")}</th>
            <th scope="col" className="num medium">{t("column.settled")}</th>
            <th scope="col" className="num medium">{t("column.pending")}</th>
            <th scope="col" className="num">{t("column.last")}</th>
            <th scope="col" className="num">{t("column.value")}</th>
          </tr>
        </thead>
        <tbody>
          {holdings.map((holding) => (
            <tr key={holding.symbol}>
              <th scope="row">
                <SymbolCell symbol={holding.symbol} /> <span className="muted holding-name">{holding.name}</span>
              </th>
              <td className="num strong">{quantity(holding.available)}</td>
              <td className="num medium">{quantity(holding.held)}</td>
              <td className="num medium">{quantity(holding.settled)}</td>
              <td className="num muted medium">
                {isZero(holding.pending_in) && isZero(holding.pending_out)
                  ? NOTHING
                  : t("portfolio.in_out", { in: quantity(holding.pending_in), out: quantity(holding.pending_out) })}
              </td>
              <td className="num">{price(holding.last_px, tickOf(holding.symbol))}</td>
              <td className="num strong">{money(holding.market_value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}
