// The selected flights, wherever they are in the table: a live page of their own, on the same socket.
import type { PageSocket } from "@slipstream/haste/client";
import { useLivePage } from "@slipstream/haste/react";
import type { ReactNode } from "react";
import { VIEW, type Flight } from "../flight.ts";
import { punctualityOf, signed } from "./format.ts";
import type { Selection } from "./use-selection.ts";

interface TrayProps {
  readonly socket: PageSocket;
  readonly selection: Selection;
}

export function SelectionTray({ socket, selection }: TrayProps): ReactNode {
  const { ids, toggle, clear } = selection;
  const { rows, status } = useLivePage<Flight>(socket, {
    view: VIEW,
    where: ["in", "id", [...ids]],
    orderBy: [{ column: "id" }],
    limit: Math.max(1, ids.size),
    skip: ids.size === 0,
  });
  if (ids.size === 0) return null;
  const chosen = rows.filter(({ id }) => ids.has(id));
  return (
    <section className="tray" aria-label="Selected flights" data-status={status}>
      <p>
        <strong>{ids.size}</strong> selected
      </p>
      <ul>
        {chosen.map(({ id, origin, destination, delay }) => (
          <li key={id}>
            <button type="button" title="Deselect" onClick={() => toggle(id)}>
              {origin} → {destination}{" "}
              <b data-punctuality={punctualityOf(delay)}>{signed(delay)}</b>
              <span className="unseen">, deselect flight {id}</span>
            </button>
          </li>
        ))}
      </ul>
      <button type="button" onClick={clear}>
        Deselect all
      </button>
    </section>
  );
}
