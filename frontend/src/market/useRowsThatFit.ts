import { type RefObject, useEffect, useState } from "react";

/** As in order-book.css. */
export const ROW_PX = 22;
/** Column heads, the line of the spread, and the limits at both ends. */
const REST_PX = 104;
const FEWEST = 6;
const MOST = 24;

/** How many levels a side shows, from the height the layout gives the ladder. */
export function useRowsThatFit(frame: RefObject<HTMLElement | null>): number {
  const [rows, setRows] = useState(FEWEST);
  useEffect(() => {
    if (!frame.current) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (!entry) return;
      const fitting = Math.floor((entry.contentRect.height - REST_PX) / ROW_PX / 2);
      setRows(Math.min(MOST, Math.max(FEWEST, fitting)));
    });
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [frame]);
  return rows;
}
