// The table: a grid of which only the rows in view, and a few more, are in the document.
import { useVirtualizer, defaultRangeExtractor, type Range } from "@tanstack/react-virtual";
import type { Total } from "@slipstream/haste/client";
import type { UseLiveList } from "@slipstream/haste/react";
import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
} from "react";
import type { Flight } from "../flight.ts";
import { ariaRows } from "./aria-rows.ts";
import { cellId, COLUMN_COUNT, FlightRow, type FlightRowProps } from "./flight-row.tsx";
import { sortedBy, type Column, type Sort } from "./query.ts";
import type { RecentChanges } from "./recent-changes.ts";
import type { UseEditing } from "./use-editing.ts";
import type { Selection } from "./use-selection.ts";

/** Pixels; the stylesheet has them as well. */
const ROW = 44;
const HEAD = 40;

const HEADS: readonly (readonly [Column, string])[] = [
  ["date", "Departed"],
  ["origin", "From"],
  ["destination", "To"],
  ["distance", "Distance"],
  ["delay", "Delay"],
];

export interface FlightsTableProps {
  readonly list: UseLiveList<Flight>;
  /** How many there are of these flights, once that has been counted. */
  readonly total: Total | null;
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
  /** Goes to the first row, or to the last. */
  readonly onEnd: (to: "start" | "end") => void;
  readonly selection: Selection;
  readonly editing: UseEditing;
  readonly recent: RecentChanges;
}

interface Cell {
  readonly place: number;
  readonly column: number;
}

export function FlightsTable(props: FlightsTableProps): ReactNode {
  const { list, total, sort, onSort, onEnd, selection, editing, recent } = props;
  const { rows, first, length, look, moved, jump, rowId } = list;
  const grid = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<Cell>({ place: 0, column: 1 });
  const edited = rows.findIndex(({ id }) => id === editing.editing?.id);
  const rowAt = (place: number): Flight | undefined => rows[place - first];

  const virtual = useVirtualizer({
    count: length,
    getScrollElement: () => grid.current,
    estimateSize: () => ROW,
    scrollMargin: HEAD,
    scrollPaddingStart: HEAD,
    overscan: 8,
    getItemKey: (place) => {
      const row = rows[place - first];
      return row === undefined ? `?${place}` : rowId(row);
    },
    // What is being edited stays in the document, wherever one scrolls.
    rangeExtractor: useCallback(
      (range: Range) => {
        const shown = defaultRangeExtractor(range);
        const place = edited + first;
        if (edited === -1 || shown.includes(place)) return shown;
        return [...shown, place].sort((a, b) => a - b);
      },
      [edited, first],
    ),
  });

  const { startIndex = 0, endIndex = 0 } = virtual.range ?? {};
  useEffect(() => look(startIndex, endIndex), [look, startIndex, endIndex]);

  // Rows that were put in above push the others down: the view goes along, so that they stand still.
  const lastPlace = useRef(0);
  lastPlace.current = length - 1;
  const followed = useRef(moved);
  useLayoutEffect(() => {
    const down = moved - followed.current;
    followed.current = moved;
    if (down === 0 || grid.current === null) return;
    grid.current.scrollTop += down * ROW;
    setActive(({ place, column }) => ({ place: Math.max(0, place + down), column }));
  }, [moved]);
  useLayoutEffect(() => {
    const element = grid.current;
    if (element === null) return;
    element.scrollTop = jump.to === "start" ? 0 : element.scrollHeight;
    const place = jump.to === "start" ? 0 : Math.max(0, lastPlace.current);
    setActive(({ column }) => ({ place, column }));
  }, [jump]);

  const goTo = (place: number, column: number): void => {
    const within = Math.min(Math.max(0, place), Math.max(0, length - 1));
    setActive({ place: within, column: Math.min(Math.max(0, column), COLUMN_COUNT - 1) });
    virtual.scrollToIndex(within, { align: "auto" });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== grid.current) return;
    const { place, column } = active;
    const page = Math.max(1, endIndex - startIndex - 1);
    const flight = rowAt(place);
    const whole = event.ctrlKey || event.metaKey;
    const steps: Readonly<Record<string, () => void>> = {
      ArrowDown: () => goTo(place + 1, column),
      ArrowUp: () => goTo(place - 1, column),
      ArrowRight: () => goTo(place, column + 1),
      ArrowLeft: () => goTo(place, column - 1),
      PageDown: () => goTo(place + page, column),
      PageUp: () => goTo(place - page, column),
      Home: () => (whole ? onEnd("start") : goTo(place, 0)),
      End: () => (whole ? onEnd("end") : goTo(place, COLUMN_COUNT - 1)),
      " ": () => flight !== undefined && selection.toggle(flight.id),
      Enter: () => flight !== undefined && editing.begin(flight),
      F2: () => flight !== undefined && editing.begin(flight),
    };
    if (!Object.hasOwn(steps, event.key)) return;
    event.preventDefault();
    steps[event.key]?.();
  };

  // The field that was left gives the keyboard back to the grid.
  const isEditing = editing.editing !== null;
  const wasEditing = useRef(false);
  useEffect(() => {
    if (wasEditing.current && !isEditing && document.activeElement === document.body) {
      grid.current?.focus();
    }
    wasEditing.current = isEditing;
  }, [isEditing]);

  const shown = virtual.getVirtualItems();
  const told = ariaRows(list, total);
  const isActiveShown = shown.some(({ index }) => index === active.place);
  return (
    <div className="table">
      <div
        ref={grid}
        className="grid"
        role="grid"
        tabIndex={0}
        aria-label="Flights"
        aria-rowcount={told.count}
        aria-colcount={COLUMN_COUNT}
        aria-multiselectable
        aria-busy={list.status !== "live"}
        aria-activedescendant={isActiveShown ? cellId(active.place, active.column) : undefined}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const cell = (event.target as Element).closest("[role=gridcell]");
          const [, place, column] = cell?.id.split("-") ?? [];
          if (place !== undefined) setActive({ place: Number(place), column: Number(column) });
        }}
      >
        <div role="rowgroup" className="head">
          <div role="row" className="row" aria-rowindex={1}>
            <div role="columnheader">
              <span className="unseen">Selected</span>
            </div>
            {HEADS.map(([column, name]) => (
              <Head key={column} column={column} name={name} sort={sort} onSort={onSort} />
            ))}
          </div>
        </div>
        {length === 0 && list.status === "live" && <p className="none">No flight is like this.</p>}
        <div role="rowgroup" className="body" style={{ height: virtual.getTotalSize() }}>
          {shown.map(({ index, key, start }) => {
            const flight = rowAt(index);
            const top = start - HEAD;
            const ariaIndex = told.indexOf(index);
            if (flight === undefined) return <Missing key={key} ariaIndex={ariaIndex} top={top} />;
            return (
              <FlightRow
                key={key}
                flight={flight}
                place={index}
                ariaIndex={ariaIndex}
                top={top}
                isSelected={selection.ids.has(flight.id)}
                active={active.place === index ? active.column : -1}
                editing={editing.editing?.id === flight.id ? editing.editing : null}
                recent={recent}
                begin={editing.begin}
                save={editing.save}
                cancel={editing.cancel}
                onToggle={selection.toggle}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface HeadProps {
  readonly column: Column;
  readonly name: string;
  readonly sort: Sort;
  readonly onSort: (sort: Sort) => void;
}

function Head({ column, name, sort, onSort }: HeadProps): ReactNode {
  const isSorted = sort.column === column;
  const direction = sort.direction === "asc" ? "ascending" : "descending";
  return (
    <div role="columnheader" aria-sort={isSorted ? direction : "none"}>
      <button type="button" onClick={() => onSort(sortedBy(sort, column))}>
        {name}
        <span className="arrow" aria-hidden="true">
          {isSorted ? (sort.direction === "asc" ? "↑" : "↓") : "↕"}
        </span>
      </button>
    </div>
  );
}

/** A row that is on its way. */
function Missing({ ariaIndex, top }: Pick<FlightRowProps, "ariaIndex" | "top">): ReactNode {
  return (
    <div
      role="row"
      className="row missing"
      aria-rowindex={ariaIndex}
      aria-busy
      style={{ transform: `translateY(${top}px)` }}
    >
      <div role="gridcell">
        <span className="unseen">On its way</span>
      </div>
    </div>
  );
}
