import type { Dispatch } from "react";
import { Button, Disclosure, DisclosurePanel, Heading } from "react-aria-components";
import { useTranslation } from "react-i18next";

import { Choice } from "../ui/Choice";
import { Icon } from "../ui/Icon";
import { SelectField } from "../ui/SelectField";
import { StepField } from "./StepField";
import type { Draft, DraftAction } from "./draft";
import type { Condition, QtyField } from "./kinds";

interface FieldText {
  value: string;
  problem: string | undefined;
  name: string;
  onChange: (text: string) => void;
  onBlur: () => void;
}

interface Props {
  draft: Draft;
  conditions: Condition[];
  /** How many of them are in use: said while the part is closed, for nobody should send what they cannot see. */
  asked: number;
  symbol: string;
  hint: string;
  isOpen: boolean;
  onOpen: (open: boolean) => void;
  onEdit: Dispatch<DraftAction>;
  textOf: (field: QtyField) => FieldText;
  stepQty: (field: QtyField) => (steps: number) => void;
}

const POST_ONLY: Draft["post_only"][] = ["OFF", "REJECT", "SLIDE"];
const SELF_TRADE: Draft["self_trade"][] = ["CANCEL_NEWEST", "CANCEL_OLDEST", "CANCEL_BOTH", "DECREMENT"];

/** Conditions that most orders do without. */
export function Advanced({ draft, conditions, asked, symbol, hint, isOpen, onOpen, onEdit, textOf, stepQty }: Props) {
  const { t } = useTranslation();
  const qtyField = (field: "display_qty" | "min_qty") =>
    conditions.includes(field) && (
      <div className="advanced-part">
        <StepField {...textOf(field)} label={t(`ticket.${field}`)} unit={symbol} hint={hint} onStep={stepQty(field)} />
        <p className="ticket-note">{t(`explained.${field}`)}</p>
      </div>
    );
  return (
    <Disclosure className="advanced" isExpanded={isOpen} onExpandedChange={onOpen}>
      <Heading level={3}>
        <Button slot="trigger" className="advanced-trigger">
          <Icon name="chevron" />
          {t("ticket.advanced")}
          {asked > 0 && <span className="count">{t("ticket.in_use", { count: asked })}</span>}
        </Button>
      </Heading>
      <DisclosurePanel className="advanced-panel">
        {qtyField("display_qty")}
        {qtyField("min_qty")}
        {conditions.includes("post_only") && (
          <div className="advanced-part">
            <Choice
              className="choice-small"
              label={t("ticket.post_only")}
              value={draft.post_only}
              onChange={(post_only) => onEdit({ type: "post_only", post_only })}
              options={POST_ONLY.map((value) => ({ value, text: t(`post_only.${value}`) }))}
            />
            <p className="ticket-note">{t(`explained.post_only.${draft.post_only}`)}</p>
          </div>
        )}
        {conditions.includes("self_trade") && (
          <div className="advanced-part">
            <SelectField
              label={t("ticket.self_trade")}
              value={draft.self_trade}
              onChange={(self_trade) => onEdit({ type: "self_trade", self_trade })}
              options={SELF_TRADE.map((value) => ({ value, text: t(`self_trade.${value}`), explanation: t(`explained.self_trade.${value}`) }))}
            />
            <p className="ticket-note">{t(`explained.self_trade.${draft.self_trade}`)}</p>
          </div>
        )}
      </DisclosurePanel>
    </Disclosure>
  );
}
