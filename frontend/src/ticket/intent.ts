/**
 * One ClOrdID per intent: as long as the server has not given its word on an order, sending the same
 * order again uses the same identifier, so that a retry after a lost answer cannot buy twice.
 */
export interface Intent {
  key: string;
  clOrdId: string;
}

export const newClOrdId = (): string => `web-${crypto.randomUUID()}`;

export function intentFor(body: object, former: Intent | null): Intent {
  const key = JSON.stringify(body);
  return former?.key === key ? former : { key, clOrdId: newClOrdId() };
}
