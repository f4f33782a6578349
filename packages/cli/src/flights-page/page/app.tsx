// The whole page, around one list of flights on one socket.
import { useSocket } from "@slipstream/client/react";
import type { Total, Why } from "@slipstream/haste/client";
import { useLiveList } from "@slipstream/haste/react";
import { useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import { MAX_COUNT, VIEW, type Flight } from "../flight.ts";
import { Filters } from "./filters.tsx";
import { FlightsTable } from "./flights-table.tsx";
import { grouped } from "./format.ts";
import { FIRST_SORT, NO_FIELDS, requestOf } from "./query.ts";
import { RecentChanges } from "./recent-changes.ts";
import { SelectionTray } from "./selection-tray.tsx";
import { StatusPill } from "./status-pill.tsx";
import { useEditing } from "./use-editing.ts";
import { useSelection } from "./use-selection.ts";
import { NOTHING_TOLD, WhyLine } from "./why-line.tsx";

export function App(): ReactNode {
  const { socket, state } = useSocket("/socket");
  const [fields, setFields] = useState(NO_FIELDS);
  const [sort, setSort] = useState(FIRST_SORT);
  const [told, setTold] = useState(NOTHING_TOLD);
  const recent = useMemo(() => new RecentChanges(), []);
  const onWhy = useCallback(
    (why: Why | null) => {
      recent.note(why);
      setTold(({ batches }) => ({ batches: batches + 1, at: Date.now(), why }));
    },
    [recent],
  );
  const list = useLiveList<Flight>(socket, { view: VIEW, ...requestOf(fields, sort), onWhy });
  const selection = useSelection();
  const editing = useEditing(socket, list);
  const { rows, status, error, progress, total } = list;
  const isLive = status === "live";
  const since = useMemo(() => Date.now(), [isLive]);
  const counted = useTotal(isLive, list.count);
  const { toStart, toEnd } = list;
  const onEnd = useCallback(
    // Why it cannot be done, the pill tells.
    (to: "start" | "end") => void (to === "start" ? toStart() : toEnd()).catch(() => {}),
    [toStart, toEnd],
  );

  return (
    <>
      <header>
        <Mark />
        <div className="title">
          <h1>Flights</h1>
          <p>
            A live page of a table, by <b>Slipstream Haste</b>: read once, then told what changes.
          </p>
        </div>
        <StatusPill
          status={status}
          progress={progress}
          isConnected={state.type === "open"}
          since={since}
        />
      </header>
      <div className="bar">
        <Filters onChange={setFields} />
        <p className="total">
          {total !== null && (
            <>
              <b>
                {grouped(total.count)}
                {total.isCapped && "+"}
              </b>{" "}
              {total.count === 1 ? "flight" : "flights"}
            </>
          )}
          {rows.length > 0 && <span title="Rows that this page knows"> · {rows.length} held</span>}
        </p>
      </div>
      {error !== null && (
        <p role="alert" className="error">
          {error.message}
        </p>
      )}
      <SelectionTray socket={socket} selection={selection} />
      <FlightsTable
        list={list}
        total={counted}
        sort={sort}
        onSort={setSort}
        onEnd={onEnd}
        selection={selection}
        editing={editing}
        recent={recent}
      />
      <footer>
        <WhyLine {...told} />
        <button type="button" onClick={() => onEnd("start")} title="Ctrl+Home">
          First
        </button>
        <button type="button" onClick={() => onEnd("end")} title="Ctrl+End">
          Last
        </button>
      </footer>
    </>
  );
}

/** An aircraft that climbs. */
function Mark(): ReactNode {
  return (
    <svg className="mark" viewBox="0 0 46 46" aria-hidden="true">
      <path
        fill="currentColor"
        d="M36.6 11.2c-1.5-1.5-4.1-1.2-6 .7l-4.9 4.9-13.3-3.6-2.3 2.3 10.7 6.2-5 5-4.3-.6-1.8 1.8 5.2 2.7
          2.7 5.2 1.8-1.8-.6-4.3 5-5 6.2 10.7 2.3-2.3-3.6-13.3 4.9-4.9c1.9-1.9 2.2-4.5.7-6z"
      />
    </svg>
  );
}

/**
 * Counts when the list becomes live, with whatever filter it then has, and now and then. What it gives
 * is of the flights that are shown: nothing while they are not live, or have not been counted yet.
 */
function useTotal(isLive: boolean, count: (cap: number) => Promise<Total>): Total | null {
  const [counted, setCounted] = useState<Total | null>(null);
  useEffect(() => {
    if (!isLive) return;
    let isOver = false;
    const ask = (): void =>
      void count(MAX_COUNT).then(
        (total) => !isOver && setCounted(total),
        // What cannot be counted now is counted the next time.
        () => {},
      );
    ask();
    const timer = setInterval(ask, 15_000);
    return () => {
      isOver = true;
      clearInterval(timer);
      setCounted(null);
    };
  }, [isLive, count]);
  return isLive ? counted : null;
}
