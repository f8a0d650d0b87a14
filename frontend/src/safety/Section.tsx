import type { ReactNode } from "react";

export function Section({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <section className="panel" aria-labelledby={id}>
      <div className="panel-head panel-head-tall"><h2 id={id}>{title}</h2></div>
      {children}
    </section>
  );
}
