import { vi } from "vitest";

export interface Asked {
  method: string;
  path: string;
  body: Record<string, unknown>;
}

type Handler = (asked: Asked) => [status: number, body: unknown] | "unreachable";

/** Stands in for the network: routes by "METHOD path", and remembers what was asked. */
export function serve(routes: Record<string, Handler | unknown>): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (input: Request) => {
    const { pathname } = new URL(input.url);
    const text = await input.text();
    const request = { method: input.method, path: pathname, body: text ? (JSON.parse(text) as Asked["body"]) : {} };
    asked.push(request);
    const route = routes[`${input.method} ${pathname}`];
    if (route === undefined) return Response.json({ error: { code: "NOT_FOUND", message: pathname } }, { status: 404 });
    const answer: [number, unknown] | "unreachable" = typeof route === "function" ? (route as Handler)(request) : [200, route];
    if (answer === "unreachable") throw new TypeError("network");
    return Response.json(answer[1], { status: answer[0] });
  });
  vi.stubGlobal(
    "WebSocket",
    class {
      close() {}
    },
  );
  return asked;
}
