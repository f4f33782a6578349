// Begins: one socket for the whole page.
import { Socket, watchPage } from "@slipstream/client/browser";
import { useLivePage } from "@slipstream/haste/react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { StrictMode, useRef, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { VIEW, type Flight } from "../flight.ts";

const socket = new Socket("/socket");
watchPage(socket);
void socket.connect();

function Flights(): ReactNode {
  const { rows, status, rowId } = useLivePage<Flight>(socket, { view: VIEW, limit: 100 });
  const place = useRef<HTMLElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => place.current,
    estimateSize: () => 40,
  });
  return (
    <main ref={place}>
      <p role="status">{status}</p>
      {virtual.getVirtualItems().map(({ index }) => {
        const flight = rows[index];
        if (flight === undefined) return null;
        const { origin, destination, delay } = flight;
        return <p key={rowId(flight)}>{`${origin} → ${destination} ${delay}`}</p>;
      })}
    </main>
  );
}

const place = document.getElementById("page");
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <Flights />
    </StrictMode>,
  );
}
