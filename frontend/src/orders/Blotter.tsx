import { useState } from "react";
import { Checkbox, Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { isWorking } from "../feed/account";
import { Holdings } from "../portfolio/Holdings";
import { useAccount, useAccountFeed } from "../session/AccountContext";
import { NoAccount } from "../session/NoAccount";
import { may } from "../session/roles";
import { Icon } from "../ui/Icon";
import { SHORTCUTS, useShortcut } from "../ui/shortcuts";
import { CancelAll } from "./CancelAll";
import { Fills } from "./Fills";
import { History } from "./History";
import { OpenOrders } from "./OpenOrders";
import { Refusals } from "./Refusals";
import "./blotter.css";

/** The account's orders and money. With a symbol it can be narrowed to that market. */
export function Blotter({ symbol, withRefusals = false }: { symbol?: string; withRefusals?: boolean }) {
  const { t } = useTranslation();
  const open = useAccount();
  const feed = useAccountFeed();
  const [onlyHere, setOnlyHere] = useState(false);
  const [cancelingAll, setCancelingAll] = useState(false);
  const allWorking = feed.orders.filter(isWorking);
  useShortcut(SHORTCUTS.cancel, () => setCancelingAll(allWorking.length > 0 && open !== null && may(open.account, "TRADER")));

  if (!open) {
    return (
      <section className="panel blotter" aria-label={t("blotter.title")}>
        <NoAccount purpose={t("blotter.sign_in")} />
      </section>
    );
  }

  const here = <T extends { symbol: string }>(rows: T[]) => (onlyHere ? rows.filter((row) => row.symbol === symbol) : rows);
  const working = here(allWorking);
  const done = here(feed.orders.filter((order) => !isWorking(order)));

  return (
    <section className="panel blotter" aria-label={t("blotter.title")}>
      <Tabs>
        <div className="blotter-head">
          <TabList className="tabs" aria-label={t("blotter.title")}>
            <Tab id="open" className="tab">
              {t("blotter.open")} <span className="count">{working.length}</span>
            </Tab>
            <Tab id="history" className="tab">{t("blotter.history")}</Tab>
            <Tab id="fills" className="tab">{t("blotter.fills")}</Tab>
            {withRefusals ? (
              <Tab id="refusals" className="tab">{t("blotter.refusals")}</Tab>
            ) : (
              <Tab id="holdings" className="tab">{t("blotter.holdings")}</Tab>
            )}
          </TabList>
          {symbol && (
            <Checkbox className="checkbox" isSelected={onlyHere} onChange={setOnlyHere}>
              <span className="checkbox-box" aria-hidden="true">
                <Icon name="check" />
              </span>
              {t("blotter.only_here", { symbol })}
            </Checkbox>
          )}
        </div>
        <TabPanel id="open" className="tab-panel">
          <OpenOrders orders={working} open={open} loaded={feed.loaded} guarded={feed.guarded} onCancelAll={() => setCancelingAll(true)} />
        </TabPanel>
        <TabPanel id="history" className="tab-panel">
          <History orders={done} loaded={feed.loaded} onMore={feed.olderOrders ? open.feed.loadOlderOrders : null} />
        </TabPanel>
        <TabPanel id="fills" className="tab-panel">
          <Fills executions={here(feed.executions)} loaded={feed.loaded} onMore={feed.olderExecutions ? open.feed.loadOlderExecutions : null} />
        </TabPanel>
        {withRefusals ? (
          <TabPanel id="refusals" className="tab-panel">
            <Refusals account={open.account.id} />
          </TabPanel>
        ) : (
          <TabPanel id="holdings" className="tab-panel">
            <Holdings account={open.account.id} />
          </TabPanel>
        )}
      </Tabs>
      {/* Not inside the tabs: those draw their content twice, and a dialog would open twice. */}
      {cancelingAll && <CancelAll open={open} orders={allWorking} symbol={symbol} onClose={() => setCancelingAll(false)} />}
    </section>
  );
}
