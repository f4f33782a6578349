// Where the rows of a window stand in a list that is longer than they are. Pure: places are numbers of
// rows, and nothing here asks for any.

/** A list of which some rows are known. Never changed. */
export interface ListSpace<Row> {
  readonly rows: readonly Row[];
  /** The place of the first of {@link rows}. */
  readonly first: number;
  /** How many places there are: those behind the rows that are known have been seen, or are a few more. */
  readonly length: number;
  /** By how many places everything has moved down so far: whoever scrolls, scrolls along. */
  readonly moved: number;
  /** Whether as many rows stand before each place as it says, but for those that came or went unseen. */
  readonly isCounted: boolean;
}

/** Places that are looked at, the last one included. */
export interface Seen {
  readonly from: number;
  readonly to: number;
}

/** The rows of a page's state. */
export interface KnownRows<Row> {
  readonly rows: readonly Row[];
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
}

export interface SpaceLimits {
  /** Places kept free above rows that have others before them, once those have run out. */
  readonly lead: number;
  /** Places shown behind the last known row while there are others behind it. */
  readonly tail: number;
  /** The largest place: browsers cannot scroll without end. */
  readonly maxPlace: number;
}

/** 250,000 rows of 40 px are a third of what Chromium can scroll, and two thirds of Firefox's. */
const SPACE_LIMITS: SpaceLimits = { lead: 500, tail: 20, maxPlace: 250_000 };

export const EMPTY_SPACE: ListSpace<never> = {
  rows: [],
  first: 0,
  length: 0,
  moved: 0,
  isCounted: false,
};

/** Where the first row of some stands. */
export type FirstPlace = Pick<ListSpace<unknown>, "first" | "isCounted">;

/** Puts the rows where `first` says, wherever that is; `extent` is how far places go at least. */
export function spaceAt<Row>(
  known: KnownRows<Row>,
  first: number,
  { moved, extent }: { readonly moved: number; readonly extent: number },
  limits: SpaceLimits = SPACE_LIMITS,
): ListSpace<Row> {
  const before = { moved, extent: extent - limits.tail };
  return settled(known, { first, isCounted: false }, before, limits);
}

/**
 * Puts the rows that are known now so that those which are looked at stay where they are. At the very
 * top of the list the top stays in view instead, so that rows which come first are seen to come.
 *
 * @param otherwise - where the first row stands, if none that is looked at is still there
 */
export function spaceAround<Row>(
  before: ListSpace<Row>,
  known: KnownRows<Row>,
  seen: Seen,
  idOf: (row: Row) => string,
  otherwise: FirstPlace = before,
  limits: SpaceLimits = SPACE_LIMITS,
): ListSpace<Row> {
  const isTop = seen.from === 0 && before.first === 0 && !known.hasPrevious;
  const first = isTop ? 0 : firstByVotes(before, known.rows, seen, idOf);
  return settled(
    known,
    first === null ? otherwise : { first, isCounted: before.isCounted },
    { moved: before.moved, extent: before.length - limits.tail },
    limits,
  );
}

/** Each row that is looked at says where the first row would be if it stayed; what most say is it. */
function firstByVotes<Row>(
  before: ListSpace<Row>,
  rows: readonly Row[],
  { from, to }: Seen,
  idOf: (row: Row) => string,
): number | null {
  const places = new Map<string, number>();
  const end = Math.min(to + 1, before.first + before.rows.length);
  for (let place = Math.max(from, before.first); place < end; place += 1) {
    places.set(idOf(before.rows[place - before.first] as Row), place);
  }
  const votes = new Map<number, number>();
  let winner: number | null = null;
  for (const [at, row] of rows.entries()) {
    const place = places.get(idOf(row));
    if (place === undefined) continue;
    const count = (votes.get(place - at) ?? 0) + 1;
    votes.set(place - at, count);
    if (winner === null || count > (votes.get(winner) ?? 0)) winner = place - at;
  }
  return winner;
}

function settled<Row>(
  { rows, hasPrevious, hasNext }: KnownRows<Row>,
  { first: wanted, isCounted }: FirstPlace,
  { moved, extent }: { readonly moved: number; readonly extent: number },
  { lead, tail, maxPlace }: SpaceLimits,
): ListSpace<Row> {
  const first = !hasPrevious ? 0 : wanted < 1 || wanted > maxPlace ? lead : wanted;
  const down = first - wanted;
  const end = first + rows.length;
  const length = hasNext ? Math.max(end, Math.min(extent + down, maxPlace)) + tail : end;
  return {
    rows,
    first,
    length,
    moved: moved + down,
    isCounted: !hasPrevious || (isCounted && down === 0),
  };
}
