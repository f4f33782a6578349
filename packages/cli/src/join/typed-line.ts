// A line that somebody types to a channel: an event, and a JSON payload or nothing. Pure.

export type TypedLine =
  | { readonly type: "ask"; readonly event: string; readonly payload: unknown }
  | { readonly type: "empty" }
  /** What to say of it; nothing of what stands in it. */
  | { readonly type: "mistake"; readonly message: string };

export function readTypedLine(line: string): TypedLine {
  const [, event = "", rest = ""] = /^\s*(\S*)\s*(.*)$/s.exec(line) ?? [];
  if (event === "") return { type: "empty" };
  const text = rest.trim();
  if (text === "") return { type: "ask", event, payload: {} };
  try {
    return { type: "ask", event, payload: JSON.parse(text) as unknown };
  } catch {
    return {
      type: "mistake",
      message: 'not pushed: a line is an event and a JSON payload, as in new_msg {"body": "hi"}',
    };
  }
}
