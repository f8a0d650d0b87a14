import { useTranslation } from "react-i18next";

import { dateTime } from "../ui/format";
import { MoreButton } from "../ui/MoreButton";
import { ErrorNote, Loading } from "../ui/Placeholders";
import { TableFrame } from "../ui/TableFrame";
import { Section } from "./Section";
import { deviceName } from "./device";
import { useHistory } from "./useSafety";

export function History() {
  const { t } = useTranslation();
  const { rows, error, onMore } = useHistory();
  return (
    <Section id="history" title={t("safety.history")}>
      {error && !rows ? <ErrorNote error={error} /> : !rows ? <Loading /> : (
        <TableFrame label={t("safety.history")}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t("history.at")}</th>
                <th scope="col">{t("history.what")}</th>
                <th scope="col">{t("history.address")}</th>
                <th scope="col">{t("history.device")}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <td className="nowrap">{dateTime(row.at)}</td>
                  <td>{t(`history.outcome.${row.outcome}`)}</td>
                  <td className="nowrap">{row.address}</td>
                  <td>{deviceName(row.device) || t("safety.unknown_device")}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableFrame>
      )}
      <MoreButton onMore={onMore} />
    </Section>
  );
}
