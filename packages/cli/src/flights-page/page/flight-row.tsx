// One flight. What has just changed of it lights up, by the stylesheet, and only where it is in view.
import { memo, useEffect, useRef, type ComponentType, type ReactNode } from "react";
import type { Flight } from "../flight.ts";
import { grouped, momentOf, punctualityOf, share, signed } from "./format.ts";
import type { RecentChanges } from "./recent-changes.ts";
import type { Editing, UseEditing } from "./use-editing.ts";

/** The cells of a row, in their order; the first is the checkbox. */
export const COLUMN_COUNT = 6;

export interface FlightRowProps extends Pick<UseEditing, "begin" | "save" | "cancel"> {
  readonly flight: Flight;
  /** Its place in the list. */
  readonly place: number;
  /** Which row of the table it is, if that is known. */
  readonly ariaIndex: number | undefined;
  /** Pixels from the top of the list. */
  readonly top: number;
  readonly isSelected: boolean;
  /** The column of the active cell, if it is in this row; -1 if not. */
  readonly active: number;
  readonly editing: Editing | null;
  readonly recent: RecentChanges;
  readonly onToggle: (id: number) => void;
}

/** What a cell's element is called, for aria-activedescendant. */
export function cellId(place: number, column: number): string {
  return `cell-${place}-${column}`;
}

/** Rendered anew only when something of its own has changed. */
export const FlightRow: ComponentType<FlightRowProps> = memo(Row);

function Row(props: FlightRowProps): ReactNode {
  const { flight, place, ariaIndex, top, isSelected, active, editing, recent, onToggle } = props;
  const row = useRef<HTMLDivElement>(null);
  const before = useRef<Flight | null>(null);
  const { id, date, distance, origin, destination, delay } = flight;

  useEffect(() => {
    const was = before.current;
    before.current = flight;
    const element = row.current;
    if (element === null || was === flight) return;
    if (was === null) {
      if (recent.has(flight.id)) light(element, "came");
    } else {
      light(element, flight.delay > was.delay ? "later" : "sooner");
    }
  }, [flight, recent]);

  const { day, year, time } = momentOf(date);
  const cell = (column: number): { id: string; role: string; className?: string } => ({
    id: cellId(place, column),
    role: "gridcell",
    ...(active === column ? { className: "active" } : {}),
  });
  return (
    <div
      ref={row}
      role="row"
      className="row"
      aria-rowindex={ariaIndex}
      aria-selected={isSelected}
      data-flight={id}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div {...cell(0)}>
        <input
          type="checkbox"
          tabIndex={-1}
          checked={isSelected}
          onChange={() => onToggle(id)}
          aria-label={`Select flight ${id}`}
        />
      </div>
      <div {...cell(1)}>
        {day} <span className="wide">{year}</span> <span className="time">{time}</span>
      </div>
      <div {...cell(2)}>{origin}</div>
      <div {...cell(3)}>{destination}</div>
      <div {...cell(4)}>
        {grouped(distance)} <span className="unit">mi</span>
      </div>
      <div {...cell(5)} data-punctuality={punctualityOf(delay)}>
        {editing === null ? <Delay {...props} /> : <DelayField {...props} editing={editing} />}
      </div>
    </div>
  );
}

/** Begins the animation anew, also where the last one has not ended. */
function light(element: HTMLElement, how: "came" | "later" | "sooner"): void {
  element.dataset["beat"] = element.dataset["beat"] === "a" ? "b" : "a";
  element.dataset["changed"] = how;
}

function Delay({ flight, begin }: FlightRowProps): ReactNode {
  const { id, delay } = flight;
  return (
    <button
      type="button"
      className="delay"
      tabIndex={-1}
      title="Edit the delay"
      aria-label={`${signed(delay)} minutes, edit the delay of flight ${id}`}
      onClick={() => begin(flight)}
    >
      <span className="track" aria-hidden="true">
        <span style={{ transform: `scaleX(${share(delay)})` }} />
      </span>
      <span className="minutes">{signed(delay)}</span>
    </button>
  );
}

function DelayField({
  flight,
  editing,
  save,
  cancel,
}: FlightRowProps & { readonly editing: Editing }): ReactNode {
  const { id, delay } = flight;
  const { saving, problem } = editing;
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, [problem]);
  return (
    <>
      <input
        ref={field}
        className="field"
        aria-label={`Delay of flight ${id}, minutes`}
        aria-invalid={problem !== null}
        defaultValue={saving ?? delay}
        readOnly={saving !== null}
        inputMode="text"
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === "Enter") save(flight, event.currentTarget.value);
          if (event.key === "Escape") cancel();
        }}
        onBlur={(event) => {
          if (saving === null && problem === null) save(flight, event.currentTarget.value);
        }}
      />
      {problem !== null && (
        <span role="alert" className="problem">
          {problem}
        </span>
      )}
    </>
  );
}
