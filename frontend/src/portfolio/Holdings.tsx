import { useId, useState } from "react";
import { Button } from "react-aria-components";
import { useTranslation } from "react-i18next";

import type { Balances } from "../api/types";
import { Lots } from "../books/Lots";
import { SymbolCell, useTicks } from "../orders/cells";
import { Gain } from "../ui/Gain";
import { Icon } from "../ui/Icon";
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
      <HoldingsTable account={account} balances={balances} />
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

function HoldingsTable({ account, balances: { holdings } }: { account: string; balances: Balances }) {
  const { t } = useTranslation();
  if (holdings.length === 0) return <p className="empty">{t("portfolio.no_holdings")}</p>;
  return (
    <TableFrame label={t("blotter.holdings")}>
      <table className="table holdings">
        <thead>
          <tr>
            <th scope="col">{t("column.listing")}</th>
            <th scope="col" className="num">{t("column.settled")}</th>
            <th scope="col" className="num">{t("column.pending")}</th>
            <th scope="col" className="num medium">{t("column.held")}</th>
            <th scope="col" className="num medium">{t("column.available")}</th>
            <th scope="col" className="num medium">{t("column.last")}</th>
            <th scope="col" className="num">{t("column.value")}</th>
            <th scope="col" className="num medium">{t("lots.unrealized")}</th>
          </tr>
        </thead>
        <tbody>
          {holdings.map((holding) => (
            <HoldingRows key={holding.symbol} account={account} holding={holding} />
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}

const COLUMNS = 8;

/** A holding; unfolded, the lots it is made of. */
function HoldingRows({ account, holding }: { account: string; holding: Balances["holdings"][number] }) {
  const { t } = useTranslation();
  const tickOf = useTicks();
  const [unfolded, setUnfolded] = useState(false);
  const lotsId = useId();
  const { symbol } = holding;
  return (
    <>
      <tr>
        <th scope="row" className="nowrap">
          <Button
            className="icon-button unfold"
            aria-label={t("lots.of", { symbol })}
            aria-expanded={unfolded}
            aria-controls={unfolded ? lotsId : undefined}
            onPress={() => setUnfolded(!unfolded)}
          >
            <Icon name="chevron" />
          </Button>
          <SymbolCell symbol={symbol} /> <span className="muted holding-name">{holding.name}</span>
        </th>
        <td className="num strong">{quantity(holding.settled)}</td>
        <td className="num"><Pending holding={holding} /></td>
        <td className="num medium">{quantity(holding.held)}</td>
        <td className="num medium">{quantity(holding.available)}</td>
        <td className="num medium">{price(holding.last_px, tickOf(symbol))}</td>
        <td className="num strong">{money(holding.market_value)}</td>
        <td className="num medium"><Gain value={holding.unrealized} /></td>
      </tr>
      {unfolded && (
        <tr className="unfolded" id={lotsId}>
          <td colSpan={COLUMNS}>
            <Lots account={account} symbol={symbol} tick={tickOf(symbol)} />
          </td>
        </tr>
      )}
    </>
  );
}

/** What has been bought and sold, and not yet settled. */
function Pending({ holding: { pending_in, pending_out } }: { holding: Balances["holdings"][number] }) {
  const { t } = useTranslation();
  const moving = [
    !isZero(pending_in) && `+${quantity(pending_in)}`,
    !isZero(pending_out) && `−${quantity(pending_out)}`,
  ].filter((text) => text !== false);
  if (moving.length === 0) return <span className="muted">{NOTHING}</span>;
  return <span className="pending" title={t("portfolio.pending_means")}>{moving.join(" / ")}</span>;
}
